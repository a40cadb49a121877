import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOffset, portOf, services, shiftedPorts } from './index.ts';
import { checkOffsetHere, freeOffset, type HeldOffset, offsetSlots } from './offsets.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function lockFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'mana-offsets-'));
	cleanups.push(() => rmSync(folder, { recursive: true }));
	return folder;
}

async function held(folder: string): Promise<HeldOffset> {
	const offset = await freeOffset({ folder });
	cleanups.push(() => offset.close());
	return offset;
}

async function listenOn(port: number): Promise<Server> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
	cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
	return server;
}

describe('offsetSlots', () => {
	test('are offsets without findings, any two of which share no port', () => {
		const seen = new Set(services.flatMap((row) => row.ports.map(({ port }) => port)));
		let count = 0;
		for (const offset of offsetSlots()) {
			expect(checkOffset(offset).findings).toEqual([]);
			for (const { port } of shiftedPorts(offset)) {
				expect(seen.has(port.port)).toBe(false);
				seen.add(port.port);
			}
			count++;
		}
		expect(count).toBeGreaterThan(16);
	});
});

describe('freeOffset', () => {
	test('gives every caller another offset, and a closed one again', async () => {
		const folder = lockFolder();
		const [first, second] = [await held(folder), await held(folder)];
		expect(second.offset).not.toBe(first.offset);
		first.close();
		first.close();
		expect((await held(folder)).offset).toBe(first.offset);
	});

	test('passes over an offset of which one port is taken', async () => {
		const folder = lockFolder();
		const first = await held(folder);
		first.close();
		await listenOn(portOf('mana-sync') + first.offset);
		expect((await held(folder)).offset).not.toBe(first.offset);
	});

	test('keeps processes that ask at the same moment apart, and takes over what a dead one held', async () => {
		const folder = lockFolder();
		const children = Array.from({ length: 6 }, () => holder(folder));
		const offsets = await Promise.all(children.map((child) => child.offset));
		expect(new Set(offsets).size).toBe(children.length);

		const [killed, ...rest] = children;
		killed!.process.kill('SIGKILL');
		await killed!.process.exited;
		expect((await held(folder)).offset).toBe(offsets[0]!);
		for (const child of rest) expect(child.process.exitCode).toBeNull();
	});
});

/** A process that takes an offset and holds it until it is killed. */
function holder(folder: string) {
	const script = `
		import { freeOffset } from ${JSON.stringify(join(import.meta.dirname, 'offsets.ts'))};
		console.log((await freeOffset({ folder: ${JSON.stringify(folder)} })).offset);
		setInterval(() => {}, 60_000);
	`;
	const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' });
	cleanups.push(async () => {
		child.kill('SIGKILL');
		await child.exited;
	});
	const offset = (async () => {
		for await (const chunk of child.stdout) return Number(new TextDecoder().decode(chunk));
		throw new Error('The process ended without an offset.');
	})();
	return { process: child, offset };
}

describe('checkOffsetHere', () => {
	test('finds what listens on this machine, and suggests an offset where nothing does', async () => {
		const { offset } = await held(lockFolder());
		expect(await checkOffsetHere(offset)).toEqual({ offset, findings: [], suggestion: null });
		await listenOn(portOf('mana-auth') + offset);
		const { findings, suggestion } = await checkOffsetHere(offset);
		expect(findings).toMatchObject([{ code: 'listening', rows: ['mana-auth'] }]);
		expect((await checkOffsetHere(suggestion!)).findings).toEqual([]);
	});
});
