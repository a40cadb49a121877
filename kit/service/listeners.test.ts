import { afterEach, describe, expect, test } from 'bun:test';
import { createServer, type Server } from 'node:net';
import { listeningSockets, socketsFromLsof } from './listeners.ts';
import { holderOf } from './port-holder.ts';

const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** @param port 0: any free one */
async function listen(host: string, port = 0): Promise<number> {
	const server = createServer();
	servers.push(server);
	await new Promise<void>((resolve) => server.listen({ host, port, ipv6Only: true }, resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no TCP address');
	return address.port;
}

describe('the sockets of this machine', () => {
	test('are told by family, address and owner', async () => {
		const port = await listen('127.0.0.1');
		await listen('::1', port);
		const found = await listeningSockets((candidate) => candidate === port);
		const here = { port, holder: { pid: process.pid, command: expect.stringContaining('bun') } };
		expect(found).toEqual([
			{ ...here, family: 'ipv4', address: '127.0.0.1' },
			{ ...here, family: 'ipv6', address: '::1' },
		]);
		expect(await holderOf(port)).toEqual(found[0]?.holder ?? null);
	});

	test('are told whatever address they are bound to', async () => {
		const [everywhere, everywhere6] = [await listen('0.0.0.0'), await listen('::')];
		const found = await listeningSockets((port) => port === everywhere || port === everywhere6);
		expect(found.map(({ port, address }) => [port, address]).sort()).toEqual(
			[
				[everywhere, '0.0.0.0'],
				[everywhere6, '::'],
			].sort(),
		);
	});

	test('are none where nothing listens', async () => {
		const port = await listen('127.0.0.1');
		await new Promise((resolve) => servers.pop()?.close(resolve));
		expect(await listeningSockets((candidate) => candidate === port)).toEqual([]);
		expect(await holderOf(port)).toBeNull();
	});

	test('are read from what lsof prints, as on macOS', () => {
		const [airplay, ours] = [7_000, 65_010];
		const airplaySays = ['p411', 'cControlCe', 'f9', 'tIPv4', `n*:${airplay}`, 'f10', 'tIPv6', `n*:${airplay}`];
		const oursSays = ['p502', 'cbun', 'f21', 'tIPv4', `n127.0.0.1:${ours}`, 'f22', 'tIPv6', `n[::1]:${ours}`, ''];
		const said = [...airplaySays, ...oursSays].join('\n');
		expect(socketsFromLsof(said).map(({ port, family, address, holder }) => [port, family, address, holder?.pid])).toEqual([
			[airplay, 'ipv4', '0.0.0.0', 411],
			[airplay, 'ipv6', '::', 411],
			[ours, 'ipv4', '127.0.0.1', 502],
			[ours, 'ipv6', '::1', 502],
		]);
	});
});
