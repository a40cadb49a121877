import { decodeFrame, type Frame, limits } from '@mana/sync';

/**
 * The frames of a body, each behind its length (4 bytes, big-endian), as they come.
 *
 * @param silenceMs how long nothing may come, in milliseconds, while somebody waits for it
 * @throws an error when the sender is silent for longer, or what comes is no frame
 */
export async function* framesOf(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<Frame> {
	const reader = body.getReader();
	let held = new Uint8Array(0);
	try {
		for (;;) {
			const part = await within(reader.read(), silenceMs);
			if (part.done) return;
			const bytes = new Uint8Array(held.length + part.value.length);
			bytes.set(held);
			bytes.set(part.value, held.length);
			const view = new DataView(bytes.buffer);
			let at = 0;
			while (at + 4 <= bytes.length) {
				const length = view.getUint32(at);
				if (length > limits.frameBytes) throw new Error(`A frame of ${length} bytes is announced, which is more than any has.`);
				if (at + 4 + length > bytes.length) break;
				yield decodeFrame(bytes.slice(at + 4, at + 4 + length));
				at += 4 + length;
			}
			held = bytes.slice(at);
		}
	} finally {
		// The connection may be gone already; then there is nothing to give up.
		await reader.cancel().catch(() => undefined);
	}
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const silence = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`mana-sync was silent for ${ms / 1000} s.`)), ms);
	});
	try {
		return await Promise.race([work, silence]);
	} finally {
		clearTimeout(timer);
	}
}
