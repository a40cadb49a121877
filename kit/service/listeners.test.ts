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
		const said =
			'p411\ncControlCe\nf9\ntIPv4\nn*:7000\nf10\ntIPv6\nn*:7000\np502\ncbun\nf21\ntIPv4\nn127.0.0.1:65010\nf22\ntIPv6\nn[::1]:65010\n';
		expect(socketsFromLsof(said).map(({ port, family, address, holder }) => [port, family, address, holder?.pid])).toEqual([
			[7000, 'ipv4', '0.0.0.0', 411],
			[7000, 'ipv6', '::', 411],
			[65_010, 'ipv4', '127.0.0.1', 502],
			[65_010, 'ipv6', '::1', 502],
		]);
	});
});
