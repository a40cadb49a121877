import { describe, expect, test } from 'bun:test';
import type { ListeningSocket } from '@mana/service';
import { diagnose, type Facts } from './diagnose.ts';
import type { Answer, Heard, Observation } from './observe.ts';

const facts: Facts = {
	expected: [
		{ service: 'mana-auth', as: 'ours', ports: [{ name: 'main', port: 101 }], health: '/health/live' },
		{
			service: 'minio',
			as: 'ours',
			ports: [
				{ name: 'main', port: 102 },
				{ name: 'console', port: 103 },
			],
			health: '/health/live',
		},
		{ service: 'redis', as: 'engine', ports: [{ name: 'main', port: 104 }], health: null },
	],
	kept: new Map([
		[101, 'the number of mana-auth'],
		[107, 'a reserved slot of core (107-109)'],
	]),
	copy: 'ours',
	home: '/home/ada/data',
	version: '1.0',
};

interface Said extends Partial<Answer> {
	readonly pid?: number;
}

/** Somebody who listens. @param said `null`: nothing that sounds like Mana */
function at(port: number, said: Said | null, socket: Partial<ListeningSocket> = {}): Heard {
	const pid = said?.pid ?? 10;
	const answer = said && { name: 'mana-auth', version: '1.0', pid, copy: 'ours', trouble: null, ...said };
	return {
		socket: { port, family: 'ipv4', address: '127.0.0.1', holder: { pid, command: 'bun' }, ...socket },
		answer,
		spoke: said !== null,
	};
}

const auth = at(101, {});
const minio = [at(102, { name: 'minio' }), at(103, { name: 'minio' })];
const redis = { ...at(104, null), spoke: true };

function seen(...heard: Heard[]): Observation {
	return { state: null, heard };
}

function found(observation: Observation): string[] {
	return diagnose(facts, observation).findings.map(({ code, service, port }) => [code, service, port].join(' '));
}

describe('the doctor', () => {
	test('finds nothing where all is as the plan has it', () => {
		expect(found(seen(auth, ...minio, redis))).toEqual([]);
	});

	test.each<[string, Heard[], string[]]>([
		['a service that is not there', [...minio, redis], ['not-listening mana-auth 101']],
		['a service on another number', [at(555, {}), ...minio, redis], ['moved mana-auth 101']],
		['a service that is there twice', [auth, at(555, {}), ...minio, redis], ['twice mana-auth 101']],
		['a second port that is closed', [auth, at(102, { name: 'minio' }), redis], ['not-listening minio 103']],
		['an engine that is missing', [auth, ...minio], ['not-listening redis 104']],
		['an engine that does not answer', [auth, ...minio, at(104, null)], ['silent redis 104']],
		['a service that is not ready', [at(101, { trouble: 'no such table' }), ...minio, redis], ['not-ready mana-auth 101']],
		['a service of another version', [at(101, { version: '0.9' }), ...minio, redis], ['other-version mana-auth 101']],
		['somebody else on its number', [at(101, null), ...minio, redis], ['taken mana-auth 101']],
		['a service of another copy on its number', [at(101, { copy: 'other' }), ...minio, redis], ['other-copy mana-auth 101']],
		[
			'another service of this copy on its number',
			[at(101, { name: 'minio' }), at(103, { name: 'minio' }), redis],
			['taken mana-auth 101', 'moved minio 102'],
		],
		[
			'somebody else on IPv6 of its number',
			[auth, at(101, null, { family: 'ipv6', address: '::1', holder: { pid: 66, command: 'airplay' } }), ...minio, redis],
			['taken mana-auth 101'],
		],
		['a stranger on a reserved slot', [auth, ...minio, redis, at(107, null)], ['stranger  107']],
		['a service of another copy on a reserved slot', [auth, ...minio, redis, at(107, { copy: 'other' })], []],
		['a service that the plan does not have', [auth, ...minio, redis, at(107, { name: 'mana-user' })], ['stranger  107']],
		[
			'a moved service that does not say of which copy it is',
			[at(107, { copy: null }), ...minio, redis],
			['moved mana-auth 101'],
		],
		[
			'somebody elsewhere who does not say of which copy it is',
			[at(555, { copy: null }), ...minio, redis],
			['not-listening mana-auth 101'],
		],
		['nothing at all', [redis], ['not-running  ']],
	])('tells of %s', (_, heard, expected) => {
		expect(found(seen(...heard))).toEqual(expected);
	});

	test('names every process that holds a number, with its family and address', () => {
		const airplay = { family: 'ipv6', address: '::', holder: { pid: 66, command: 'airplay' } } as const;
		const { findings } = diagnose(facts, seen(at(101, null), at(101, null, airplay), ...minio, redis));
		expect(findings[0]?.message).toBe(
			'101, the number of mana-auth, is held by process 10 (bun) on IPv4 127.0.0.1, and process 66 (airplay) on IPv6 ::.',
		);
		const unknown = diagnose(facts, seen(auth, ...minio, redis, at(107, null, { holder: null }))).findings;
		expect(unknown[0]?.message).toBe(
			'107 is a reserved slot of core (107-109), and a process of another user on IPv4 127.0.0.1 listens there.',
		);
	});

	test('knows a process of this Mana that hangs from a stranger', () => {
		const process = {
			name: 'core',
			state: 'ready',
			pid: 10,
			bornAt: 0,
			restarts: 0,
			lastExit: null,
			services: ['mana-auth'],
			listening: [],
		} as const;
		const state = { pid: 1, startedAt: 0, publicUrl: 'http://mana.test', offset: 0, processes: [process] };
		expect(found({ state, heard: [at(101, null), ...minio, redis] })).toEqual(['silent mana-auth 101']);
		const { findings } = diagnose(facts, { state, heard: [...minio, redis] });
		expect(findings[0]?.message).toBe('mana-auth is expected on 101, and nothing listens there. Its process core is ready.');
	});
});
