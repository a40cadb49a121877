import { afterEach, describe, expect, test } from 'bun:test';
import { NameClaim, nextLabel } from './claim.ts';
import type { DnsPacket, DnsRecord, Sender } from './packet.ts';
import { hostName, instanceName, uniqueRecords } from './records.ts';

const mdnsPort = 5353;

/** A network on which everybody hears everything, themselves too, and a clock that goes on when it is told. */
class Network {
	now = 0;
	readonly said: DnsPacket[] = [];
	readonly #claims: NameClaim[] = [];
	#calls: { readonly at: number; readonly call: () => void }[] = [];

	join(label: string, address: string, events: string[] = []): NameClaim {
		const from = { address, port: mdnsPort };
		const claim = new NameClaim({
			label,
			addresses: [address],
			port: 1234,
			mdnsPort,
			send: (packet, to) => {
				if (to) this.direct.push({ packet, to });
				else this.say(packet, from);
			},
			after: (delayMs, call) => {
				const entry = { at: this.now + delayMs, call };
				this.#calls.push(entry);
				return () => (this.#calls = this.#calls.filter((other) => other !== entry));
			},
			random: () => 0,
			claimed: (name) => events.push(`${address} has ${name}`),
			lost: (name) => events.push(`${address} lost ${name}`),
		});
		this.#claims.push(claim);
		return claim;
	}

	readonly direct: { readonly packet: DnsPacket; readonly to: Sender }[] = [];

	say(packet: DnsPacket, from: Sender = { address: '10.0.0.99', port: mdnsPort }): void {
		this.said.push(packet);
		for (const claim of this.#claims) claim.heard(packet, from);
	}

	pass(ms: number): void {
		const until = this.now + ms;
		for (;;) {
			const [due] = this.#calls.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
			if (!due) break;
			this.#calls = this.#calls.filter((other) => other !== due);
			this.now = due.at;
			due.call();
		}
		this.now = until;
	}
}

let network = new Network();
afterEach(() => void (network = new Network()));

function held(label = 'mana', address = '10.0.0.1', events: string[] = []): NameClaim {
	const claim = network.join(label, address, events);
	claim.start();
	network.pass(3000);
	network.said.length = 0;
	return claim;
}

const types = (records: readonly DnsRecord[] | undefined) => records?.map(({ type }) => type);

describe('a name', () => {
	test('is asked for three times a quarter of a second apart, then announced twice, a second apart', () => {
		const events: string[] = [];
		network.join('mana', '10.0.0.1', events).start();
		network.pass(700);
		expect(network.said.map(({ type, questions, authorities }) => [type, questions?.[0], types(authorities)])).toEqual(
			Array.from({ length: 3 }, () => ['query', { name: 'mana.local', type: 'ANY' }, ['A', 'SRV', 'TXT']]),
		);
		expect(events).toEqual([]);
		network.pass(100);
		expect(events).toEqual(['10.0.0.1 has mana']);
		network.pass(1000);
		const announced = network.said.filter(({ type }) => type === 'response');
		expect(announced.length).toBe(2);
		expect(announced[0]?.answers).toContainEqual({ type: 'A', name: 'mana.local', ttl: 120, flush: true, data: '10.0.0.1' });
		expect(types(announced[0]?.answers)).toEqual(['A', 'SRV', 'TXT', 'PTR', 'PTR']);
		network.pass(60_000);
		expect(network.said.length).toBe(5);
	});

	test('that somebody has is left to them: the next one is taken', () => {
		held('mana', '10.0.0.1');
		held('MANA', '10.0.0.2');
		const events: string[] = [];
		const third = held('mana', '10.0.0.3', events);
		expect(third.label).toBe('mana-3');
		expect(events).toEqual(['10.0.0.3 has mana-3']);
	});

	test('for which two ask at once goes to one of them, whoever begins', () => {
		for (const order of [
			['10.0.0.1', '10.0.0.2'],
			['10.0.0.2', '10.0.0.1'],
		]) {
			network = new Network();
			const claims = order.map((address) => network.join('mana', address));
			for (const claim of claims) {
				claim.start();
				network.pass(100);
			}
			network.pass(10_000);
			expect(claims.map((claim, index) => `${order[index]} ${claim.label}`).sort()).toEqual(['10.0.0.1 mana-2', '10.0.0.2 mana']);
		}
	});

	test('after fifteen that were taken is looked for slowly', () => {
		const claim = network.join('mana', '10.0.0.1');
		claim.start();
		for (let taken = 0; taken < 15; taken++)
			network.say({ type: 'response', answers: uniqueRecords({ ...offer, label: claim.label }) });
		network.pass(4900);
		expect(network.said.filter(({ type }) => type === 'query')).toEqual([]);
		network.pass(200);
		expect(network.said.at(-1)?.questions?.[0]?.name).toBe('mana-16.local');
	});

	test('is counted on from the number that it has', () => {
		expect(['mana', 'mana-2', 'my-mana-9', '2'].map(nextLabel)).toEqual(['mana-2', 'mana-3', 'my-mana-10', '2-2']);
	});
});

const offer = { label: 'mana', addresses: ['10.0.0.50'], port: 1234 };

describe('a name that is held', () => {
	const ask = (name: string, type: string, more: Partial<DnsPacket> = {}, port = mdnsPort) => {
		network.said.length = 0;
		network.say({ type: 'query', questions: [{ name, type }], ...more }, { address: '10.0.0.9', port });
		return network.said[1];
	};

	test('is answered for, in any case, with the service behind it', () => {
		held();
		expect(ask('Mana.LOCAL', 'A')?.answers).toEqual([{ type: 'A', name: 'mana.local', ttl: 120, flush: true, data: '10.0.0.1' }]);
		const browse = ask('_https._tcp.local', 'PTR');
		expect(browse?.answers?.map(({ data }) => data)).toEqual(['mana._https._tcp.local']);
		expect(types(browse?.additionals)).toEqual(['A', 'SRV', 'TXT']);
		expect(ask('_services._dns-sd._udp.local', 'PTR')?.answers?.map(({ data }) => data)).toEqual(['_https._tcp.local']);
		expect(ask(instanceName('mana'), 'SRV')?.answers?.[0]?.data).toMatchObject({ port: 1234, target: 'mana.local' });
		for (const other of ['mana-2.local', 'evilmana.local']) expect(ask(other, 'ANY')).toBeUndefined();
	});

	test('has no IPv6 address, and says so at once', () => {
		held();
		expect(ask('mana.local', 'AAAA')?.answers).toMatchObject([
			{ type: 'NSEC', name: 'mana.local', data: { nextDomain: 'mana.local', rrtypes: ['A'] } },
		]);
	});

	test('is not told to whoever knows it for long enough still', () => {
		held();
		const known = (ttl: number) => ({ answers: [{ type: 'A', name: 'mana.local', ttl, data: '10.0.0.1' }] });
		expect(ask('mana.local', 'A', known(60))).toBeUndefined();
		expect(ask('mana.local', 'A', known(59))).toBeDefined();
		expect(ask('mana.local', 'A', { answers: [{ type: 'A', name: 'mana.local', ttl: 120, data: '10.0.0.2' }] })).toBeDefined();
	});

	test('is told to a plain DNS program itself, with its question, for ten seconds', () => {
		held();
		expect(ask('mana.local', 'A', { id: 77 }, 40_000)).toBeUndefined();
		expect(network.direct).toEqual([
			{
				to: { address: '10.0.0.9', port: 40_000 },
				packet: {
					type: 'response',
					id: 77,
					questions: [{ name: 'mana.local', type: 'A' }],
					answers: [{ type: 'A', name: 'mana.local', ttl: 10, flush: false, data: '10.0.0.1' }],
					additionals: [],
				},
			},
		]);
	});

	test('is defended: whoever asks whether it is free hears at once that it is not', () => {
		held();
		expect(ask('mana.local', 'ANY', { authorities: uniqueRecords(offer) })?.answers).toContainEqual(
			expect.objectContaining({ type: 'A', data: '10.0.0.1' }),
		);
	});

	test('and that somebody else answers for too is asked for again, and kept when they are silent', () => {
		const events: string[] = [];
		const claim = held('mana', '10.0.0.1', events);
		network.say({ type: 'response', answers: uniqueRecords(offer) });
		network.pass(3000);
		expect([claim.label, events]).toEqual(['mana', ['10.0.0.1 has mana']]);
		expect(ask('mana.local', 'A')?.answers).toHaveLength(1);
	});

	test('is given up when they insist, and not answered for any more', () => {
		const events: string[] = [];
		held('mana', '10.0.0.1', events);
		for (let times = 0; times < 2; times++) network.say({ type: 'response', answers: uniqueRecords(offer) });
		expect(events).toEqual(['10.0.0.1 has mana', '10.0.0.1 lost mana']);
		expect(ask('mana.local', 'A')).toBeUndefined();
	});

	test('is not lost to a goodbye, nor to what it said itself', () => {
		const events: string[] = [];
		held('mana', '10.0.0.1', events);
		for (let times = 0; times < 3; times++) {
			network.say({ type: 'response', answers: uniqueRecords(offer).map((record) => ({ ...record, ttl: 0 })) });
			network.say({ type: 'response', answers: uniqueRecords({ ...offer, addresses: ['10.0.0.1'] }) });
		}
		network.pass(3000);
		expect(events).toEqual(['10.0.0.1 has mana']);
	});

	test('is taken back at the end', () => {
		held().stop();
		expect(network.said.map(({ answers }) => answers?.map(({ name, ttl }) => [name, ttl]))).toEqual([
			[hostName('mana'), instanceName('mana'), instanceName('mana'), '_https._tcp.local', '_services._dns-sd._udp.local'].map(
				(name) => [name, 0],
			),
		]);
	});
});
