import { encodeFrame, type Frame, limits } from '@mana/sync';
import { anyFrame } from '@mana/sync/codec/arbitrary';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { framesOf } from './frames.ts';

/** How long a body may be silent in these tests, in milliseconds. */
const SILENCE_MS = 5;

function prefixed(frames: readonly Frame[]): Uint8Array {
	return Buffer.concat(
		frames.map(encodeFrame).flatMap((bytes) => {
			const length = Buffer.alloc(4);
			length.writeUInt32BE(bytes.length);
			return [length, bytes];
		}),
	);
}

/** A body that comes in these parts, and then ends or stays open without a word. */
function bodyOf(parts: readonly Uint8Array[], end = true): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start(controller) {
			for (const part of parts) controller.enqueue(part);
			if (end) controller.close();
		},
	});
}

test('frames come as they were sent, however their bytes are cut, down to one byte at a time', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyFrame, { maxLength: 4 }),
			fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
			async (frames, sizes) => {
				const bytes = prefixed(frames);
				const parts: Uint8Array[] = [];
				for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!)
					parts.push(Uint8Array.from(bytes.subarray(at, at + sizes[i % sizes.length]!)));
				const heard = await Array.fromAsync(framesOf(bodyOf(parts), 1000));
				expect(heard.map((frame) => Buffer.from(encodeFrame(frame)).toString('hex'))).toEqual(
					frames.map((frame) => Buffer.from(encodeFrame(frame)).toString('hex')),
				);
			},
		),
		{ numRuns: 200 },
	);
});

test('what comes whole before a body ends in the middle of a frame is told, and no piece of one', async () => {
	const bytes = prefixed([
		{ type: 'ping', clockMs: 1 },
		{ type: 'ping', clockMs: 2 },
	]);
	for (let cut = 0; cut < bytes.length; cut++) {
		const heard = await Array.fromAsync(framesOf(bodyOf([bytes.slice(0, cut)]), 1000));
		expect(heard).toEqual(cut < bytes.length / 2 ? [] : [{ type: 'ping', clockMs: 1 }]);
	}
});

test('a length above that of any frame is an error before its bytes are waited for', async () => {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(limits.frameBytes + 1);
	await expect(Array.fromAsync(framesOf(bodyOf([length], false), 1000))).rejects.toThrow('more than any has');
});

test('silence is an error', async () => {
	await expect(Array.fromAsync(framesOf(bodyOf([], false), SILENCE_MS))).rejects.toThrow('silent');
});
