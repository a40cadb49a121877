// Who may say what over the wire: every frame against everybody, by socket and by exchange. A frame that has no row here fails the last test.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anywhere } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { type ByeCode, type Frame, type FrameOf, frameTypes, type Scope, type SpaceId, SPACES_APP, stampAt } from '@mana/sync';
import type { SyncStore } from './store.ts';
import {
	APP,
	exchangeOnce,
	type Issuer,
	newDevice,
	newRecord,
	op,
	RawClient,
	startIssuer,
	startSync,
	type TestSync,
} from './testing.ts';
import { insertSpace, openBeside } from './testing-spaces.ts';

/** The app of what is written here, and one that the limited member sees in its place. */
const OTHER_APP = APP + 1;

/** Members of a space by what they may do there, and those who may do nothing. */
const inside = ['owner', 'admin', 'editor', 'commenter', 'viewer', 'limited'] as const;
const outside = ['former', 'stranger'] as const;
const unproven = ['nobody', 'expired', 'foreign', 'misaddressed'] as const;
const principals = [...inside, ...outside, ...unproven] as const;
type Principal = (typeof principals)[number];

/** What an answer comes to: the type of the frame that answers; a BYE with its code; an ACK with the code of its refusal. */
type Outcome = Exclude<Frame['type'], 'bye'> | `bye ${ByeCode}` | `ack ${string}` | 'nothing';

interface Talk {
	readonly space: SpaceId;
	/** Somebody’s valid token, for those who try it with another. */
	readonly other: string;
	/** A token of the same kind as in HELLO. */
	readonly again: string;
}

interface Row {
	/** What is said after HELLO. */
	readonly frames: (talk: Talk) => readonly Frame[];
	readonly outcome: (principal: Principal) => Outcome;
}

const isIn = (principal: Principal): boolean => (inside as readonly string[]).includes(principal);
const proven = (principal: Principal): boolean => isIn(principal) || (outside as readonly string[]).includes(principal);
/** Whoever proves nothing is dismissed at HELLO, whatever comes behind it. */
const known =
	(outcome: (principal: Principal) => Outcome) =>
	(principal: Principal): Outcome =>
		proven(principal) ? outcome(principal) : 'bye unauthorised';
const always = (outcome: Outcome) => known(() => outcome);
const seat = (principal: Principal): Outcome =>
	isIn(principal) ? 'subbed' : principal === 'former' ? 'revoked' : 'bye unknown-space';

const sub = ({ space }: Talk): Frame => ({ type: 'sub', space, epoch: 0, seq: 0 });
const push = ({ space }: Talk, collection = APP * 256 + 1): Frame => {
	const ops = [{ ...op(newRecord(), 'mine now'), collection }];
	return { type: 'push', space, known: 0, transactions: [{ n: 1, stamp: stampAt(Date.now()), ops }] };
};

const digest = ({ space }: Talk, collection = 0, buckets: readonly number[] = []): Frame => {
	return { type: 'digest', space, epoch: 1, seq: 0, collection, buckets, more: false, sums: [], cells: [] };
};
const here = ({ space }: Talk): Frame => {
	return { type: 'presence', space, app: APP, channel: 'x', entries: [{ number: 0, person: '', value: 'here' }] };
};
const answeredWithSeat = (principal: Principal, answer: Outcome): Outcome =>
	isIn(principal) ? answer : principal === 'former' ? 'bye protocol' : 'bye unknown-space';

/** A part that reaches into every app, by windows too. */
const tasks = collectionNumbered(513)!;
const PART: Scope = {
	apps: null,
	collections: [APP * 256 + 1],
	windows: [anywhere(tasks.number, tasks.routes[0]!)],
	records: [],
};

/** A frame that only a server sends. */
const serverOnly = (make: (talk: Talk) => Frame): Row => ({ frames: (talk) => [make(talk)], outcome: always('bye protocol') });

const table: { readonly [T in Frame['type']]: Readonly<Record<string, Row>> } = {
	hello: {
		once: { frames: () => [], outcome: always('welcome') },
		twice: {
			frames: ({ again }) => [{ type: 'hello', token: again, device: newDevice(), clockMs: 0, schema: [] }],
			outcome: always('bye protocol'),
		},
	},
	sub: {
		'': { frames: (talk) => [sub(talk)], outcome: known(seat) },
		'for a part, with all that is lacking': {
			frames: ({ space }) => [{ type: 'sub', space, epoch: 0, seq: 0, part: { scope: PART, lack: PART } }],
			outcome: known(seat),
		},
		'for a window that there is not': {
			frames: ({ space }) => [
				{ type: 'sub', space, epoch: 0, seq: 0, part: { scope: { ...PART, windows: [anywhere(1, 1)] }, lack: null } },
			],
			outcome: always('bye protocol'),
		},
	},
	push: {
		'with a seat': {
			frames: (talk) => [sub(talk), push(talk)],
			outcome: known((principal) => {
				if (['owner', 'admin', 'editor'].includes(principal)) return 'ack';
				if (isIn(principal)) return 'ack read-only';
				return principal === 'former' ? 'bye protocol' : 'bye unknown-space';
			}),
		},
		'of what the server writes': {
			frames: (talk) => [sub(talk), push(talk, SPACES_APP * 256 + 2)],
			outcome: known((principal) => {
				// The records of a space are read by all of its members, and an editor might write whatever is read.
				if (['owner', 'admin', 'editor', 'limited'].includes(principal)) return 'ack invalid';
				if (isIn(principal)) return 'ack read-only';
				return principal === 'former' ? 'bye protocol' : 'bye unknown-space';
			}),
		},
		'without a seat': { frames: (talk) => [push(talk)], outcome: always('bye protocol') },
	},
	auth: {
		'as oneself': {
			frames: ({ again }) => [
				{ type: 'auth', token: again },
				{ type: 'ping', clockMs: 1 },
			],
			outcome: always('pong'),
		},
		'as somebody else': { frames: ({ other }) => [{ type: 'auth', token: other }], outcome: always('bye unauthorised') },
		'as nobody': { frames: () => [{ type: 'auth', token: '' }], outcome: always('bye unauthorised') },
	},
	ping: { '': { frames: () => [{ type: 'ping', clockMs: 1 }], outcome: always('pong') } },
	welcome: {
		'': serverOnly(({ space }) => ({
			type: 'welcome',
			clockMs: 0,
			serverMs: 0,
			person: 'owner',
			personal: space,
			outdated: [],
			limits: { frameBytes: 1, pushOps: 1 },
		})),
	},
	subbed: { '': serverOnly(({ space }) => ({ type: 'subbed', space, epoch: 1, seq: 0, actor: 1, nextN: 1, role: 'owner' })) },
	ack: { '': serverOnly(({ space }) => ({ type: 'ack', space, n: 1, seq: 1, restamped: [], refused: [] })) },
	delta: { '': serverOnly(({ space }) => ({ type: 'delta', space, from: 0, to: 1, more: false, cells: [] })) },
	snapshot: { '': serverOnly(({ space }) => ({ type: 'snapshot', space, epoch: 1, from: 0, seq: 1, chunks: [] })) },
	move: { '': serverOnly(({ space }) => ({ type: 'move', space, from: 0, records: [] })) },
	bye: { '': serverOnly(() => ({ type: 'bye', code: 'busy', detail: '', retryAfterMs: null })) },
	pong: { '': serverOnly(() => ({ type: 'pong', clockMs: 0, serverMs: 0 })) },
	revoked: { '': serverOnly(({ space }) => ({ type: 'revoked', space })) },
	digest: {
		'of everything': {
			frames: (talk) => [sub(talk), digest(talk)],
			outcome: known((principal) => answeredWithSeat(principal, 'digest')),
		},
		'of one app’s cells': {
			frames: (talk) => [sub(talk), digest(talk, APP * 256 + 1, [...Array(256).keys()])],
			outcome: known((principal) => answeredWithSeat(principal, 'digest')),
		},
		'without a seat': { frames: (talk) => [digest(talk)], outcome: always('bye protocol') },
	},
	presence: {
		'with a seat': {
			frames: (talk) => [sub(talk), here(talk)],
			outcome: known((principal) => answeredWithSeat(principal, 'nothing')),
		},
		'without a seat': { frames: (talk) => [here(talk)], outcome: always('bye protocol') },
	},
	credit: { '': { frames: ({ space }) => [{ type: 'credit', space, bytes: 1 }], outcome: always('nothing') } },
	reach: { '': serverOnly(({ space }) => ({ type: 'reach', space, apps: null })) },
	renew: { '': serverOnly(({ space }) => ({ type: 'renew', space })) },
};

let home: string;
let server: TestSync;
let store: SyncStore;
let foreign: Issuer;
let count = 0;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined }, { env: { MANA_SYNC_CONNECTS_PER_MINUTE: '100000' } });
	store = await openBeside(home);
	foreign = await startIssuer();
});

afterAll(async () => {
	await foreign.close();
	await store.close();
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

const rows = Object.entries(table).flatMap(([type, kinds]) =>
	Object.entries(kinds).map(([kind, row]) => [`${type.toUpperCase()} ${kind}`.trim(), row] as const),
);

describe.each(rows)('%s', (_, row) => {
	test.each([...principals])('%s', async (principal) => {
		const { space, hello, talk } = await populate(principal);
		const said = row.frames(talk);
		for (const heard of [await bySocket([hello, ...said]), await byExchange([hello, ...said])]) {
			expect(outcomeOf(heard, said.at(-1)?.type ?? 'hello')).toBe(row.outcome(principal));
			expect(foreignIn(heard, principal, space)).toEqual([]);
		}
	});
});

test('nothing but HELLO is heard of who has not said it', async () => {
	const { talk } = await populate('owner');
	for (const type of frameTypes) {
		if (type === 'hello') continue;
		for (const { frames } of Object.values(table[type])) {
			const said = frames(talk);
			for (const heard of [await bySocket(said), await byExchange(said)]) expect(heard.map(({ type }) => type)).toEqual(['bye']);
		}
	}
});

test('every frame stands in the table', () => {
	expect(Object.keys(table).sort()).toEqual([...frameTypes].sort());
	for (const kinds of Object.values(table)) expect(Object.keys(kinds).length).toBeGreaterThan(0);
});

/** A fresh space with something of two apps in it and one person of each kind, one of whom is about to speak. */
async function populate(principal: Principal): Promise<{ space: SpaceId; hello: FrameOf<'hello'>; talk: Talk }> {
	const tag = ++count;
	const named = (name: string) => `${name}-${tag}`;
	const space = await insertSpace(store, {
		...Object.fromEntries(inside.map((role) => [named(role), { role: role === 'limited' ? 'editor' : role }] as const)),
		[named('limited')]: { role: 'editor', apps: [OTHER_APP] },
		[named('former')]: { role: 'gone' },
	});
	const writer = await RawClient.open(server.url);
	await writer.hello(await server.issuer.token(named('owner')));
	await writer.sub(space);
	const ops = [APP, OTHER_APP].map((app) => ({ ...op(newRecord(), `of app ${app}`), collection: app * 256 + 1 }));
	const { n } = writer.write(...ops);
	await writer.acked(n);
	writer.close();
	const tokens: Record<(typeof unproven)[number], () => Promise<string>> = {
		nobody: async () => '',
		expired: () => server.issuer.token(named('owner'), { seconds: -60 }),
		foreign: () => foreign.token(named('owner')),
		misaddressed: () => server.issuer.token(named('owner'), { audience: 'other' }),
	};
	const token = () => (principal in tokens ? tokens[principal as keyof typeof tokens]() : server.issuer.token(named(principal)));
	const hello: FrameOf<'hello'> = { type: 'hello', token: await token(), device: newDevice(), clockMs: 0, schema: [] };
	const talk = { space, again: await token(), other: await server.issuer.token(named('somebody')) };
	return { space, hello, talk };
}

/** Everything that is heard until nothing more comes: a PING behind it is answered, or the conversation has ended. */
async function bySocket(frames: readonly Frame[]): Promise<readonly Frame[]> {
	const client = await RawClient.open(server.url);
	const asked = frames.filter(({ type }) => type === 'ping').length + 1;
	for (const frame of frames) client.send(frame);
	client.send({ type: 'ping', clockMs: 2 });
	const over = () => client.closed !== null || client.heard.some(({ type }) => type === 'bye');
	const answered = (type: Frame['type']) => client.heard.filter((frame) => frame.type === type).length;
	const pushes = frames.filter(({ type }) => type === 'push').length;
	const digests = frames.filter(({ type }) => type === 'digest').length;
	await client
		.until(() => over() || (answered('pong') >= asked && answered('ack') >= pushes && answered('digest') >= digests), 'an answer')
		.catch(() => undefined);
	client.close();
	// The PONG to the PING that stands behind everything is none of the answers.
	const last = client.heard.findLastIndex(({ type }) => type === 'pong');
	return answered('pong') >= asked ? client.heard.filter((_, i) => i !== last) : client.heard;
}

async function byExchange(frames: readonly Frame[]): Promise<readonly Frame[]> {
	return exchangeOnce(server.url, frames);
}

/** How what was said last was answered. */
function outcomeOf(heard: readonly Frame[], said: Frame['type']): Outcome {
	const bye = heard.find((frame) => frame.type === 'bye');
	if (bye) return `bye ${bye.code}`;
	const ack = heard.find((frame) => frame.type === 'ack');
	if (ack) return ack.refused.length > 0 ? `ack ${ack.refused[0]!.code}` : 'ack';
	const answers: Partial<Record<Frame['type'], readonly Frame['type'][]>> = {
		hello: ['welcome'],
		sub: ['subbed', 'revoked'],
		ping: ['pong'],
		digest: ['digest'],
	};
	const answer = heard.find(({ type }) => answers[said]?.includes(type));
	return (answer?.type as Outcome | undefined) ?? 'nothing';
}

/** Cells of the space that somebody heard and may not see. */
function foreignIn(heard: readonly Frame[], principal: Principal, space: SpaceId): readonly unknown[] {
	const cells = heard.flatMap((frame): readonly { readonly collection: number }[] => {
		if ((frame.type !== 'delta' && frame.type !== 'digest') || frame.space !== space) return [];
		if (frame.type === 'delta') return frame.cells;
		// A sum is something of what it is the sum of.
		return [...frame.cells, ...(frame.collection === 0 ? frame.sums.map(({ of }) => ({ collection: of })) : [])];
	});
	if (!isIn(principal)) return cells;
	return principal === 'limited' ? cells.filter(({ collection }) => ![OTHER_APP, SPACES_APP].includes(collection >> 8)) : [];
}
