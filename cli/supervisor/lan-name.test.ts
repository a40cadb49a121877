import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portIn } from '@mana/service';
import { readName, takeName } from './lan-name.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newHome(): string {
	const home = mkdtempSync(join(tmpdir(), 'mana-name-'));
	cleanups.push(() => rmSync(home, { recursive: true }));
	return home;
}

/** Multicast DNS on the loopback interface alone, at a port of this test's own. */
async function network() {
	const socket = createSocket('udp4');
	await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(resolve));
	return async (text: string, home: string, address: string) => {
		const name = await takeName(text, {
			home,
			offset: 100,
			addresses: [address],
			mdnsPort: port,
			warn: (message) => {
				throw new Error(message);
			},
		});
		cleanups.push(() => name.close());
		return name;
	};
}

describe('a name on the local network', () => {
	test('is the one that is asked for, or else the next, which stays from start to start', async () => {
		const take = await network();
		const [home, other] = [newHome(), newHome()];
		const hub = portIn('mana-web', 100);
		const first = await take('mana', home, '127.0.0.1');
		expect([first.publicUrl, first.note]).toEqual([`https://mana.local:${hub}`, null]);
		const second = await take('Mana.local', other, '127.0.0.2');
		expect(second.publicUrl).toBe(`https://mana-2.local:${hub}`);
		expect(second.note).toBe('Another device answers to mana.local: this Mana is mana-2.local.');
		await Promise.all([first.close(), second.close()]);
		expect((await take('mana', other, '127.0.0.2')).publicUrl).toBe(`https://mana-2.local:${hub}`);
	});

	test('is refused with a port that somebody has', async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		cleanups.push(() => server.close());
		const { port } = server.address() as { port: number };
		const take = await network();
		expect(take(`mana:${port}`, newHome(), '127.0.0.1')).rejects.toThrow(`Port ${port} is taken by another program`);
	});

	test('is one word, with a port if one likes', () => {
		expect(readName('My-Mana.local:443')).toEqual({ wanted: 'my-mana', port: 443 });
		for (const text of [
			'',
			'localhost',
			'two words',
			'mana.example',
			'-mana',
			'mana-',
			'mana:',
			'mana:0',
			'mana:70000',
			'ümlaut',
			'x'.repeat(64),
		])
			expect(() => readName(text), text).toThrow('--name takes one word');
	});
});
