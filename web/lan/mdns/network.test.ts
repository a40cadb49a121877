import { afterEach, expect, test } from 'bun:test';
import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';
import multicastDns from 'multicast-dns';
import { type HeldName, holdName } from './network.ts';
import type { DnsPacket } from './packet.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A port that nobody speaks multicast DNS on: the group is heard on the loopback interface alone. */
async function freePort(): Promise<number> {
	const socket = createSocket('udp4');
	await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(resolve));
	return port;
}

async function hold(mdnsPort: number, address: string): Promise<HeldName> {
	const name = await holdName({
		label: 'mana',
		addresses: [address],
		port: 1234,
		mdnsPort,
		lost: () => {},
		trouble: (error) => {
			throw error;
		},
	});
	cleanups.push(() => name.close());
	return name;
}

/** Somebody on the network who keeps what they hear. */
async function listener(port: number) {
	const network = multicastDns({ ip: '224.0.0.251', port, interface: '127.0.0.1', bind: '0.0.0.0', loopback: true });
	cleanups.push(() => new Promise<void>((resolve) => network.destroy(resolve)));
	await new Promise<void>((resolve) => network.once('ready', resolve));
	const waiting: ((packet: DnsPacket) => void)[] = [];
	network.on('packet', (packet) => {
		if (packet.type === 'response') for (const take of waiting.splice(0)) take(packet);
	});
	return {
		next: () => new Promise<DnsPacket>((resolve) => waiting.push(resolve)),
		ask: (name: string, type: string) => network.send({ type: 'query', questions: [{ name, type }] }, null, () => {}),
	};
}

test('over real UDP, a name is found by multicast and by a plain question, the second taker gets the next one, and both say goodbye', async () => {
	const port = await freePort();
	const first = await hold(port, '127.0.0.1');
	expect(first.label).toBe('mana');
	const second = await hold(port, '127.0.0.2');
	expect(second.label).toBe('mana-2');

	const somebody = await listener(port);
	const heard = somebody.next();
	somebody.ask('mana-2.local', 'A');
	const answer = await heard;
	expect((answer.flags ?? 0) & (1 << 10)).toBeGreaterThan(0);
	expect(answer.answers?.map(({ name, data }) => [name, data])).toEqual([['mana-2.local', '127.0.0.2']]);

	const plain = createSocket('udp4');
	cleanups.push(() => plain.close());
	await new Promise<void>((resolve) => plain.bind(0, '127.0.0.1', resolve));
	plain.setMulticastInterface('127.0.0.1');
	const told = new Promise<Uint8Array>((resolve) => plain.once('message', resolve));
	plain.send(dnsPacket.encode({ type: 'query', id: 4711, questions: [{ name: 'mana.local', type: 'A' }] }), port, '224.0.0.251');
	const bytes = Buffer.from(await told);
	expect(bytes.readUInt16BE(0)).toBe(4711);
	expect(bytes.includes(Buffer.from([127, 0, 0, 1]))).toBe(true);

	const goodbye = somebody.next();
	await second.close();
	expect((await goodbye).answers?.every(({ name, ttl }) => ttl === 0 && !name.startsWith('mana.'))).toBe(true);
});
