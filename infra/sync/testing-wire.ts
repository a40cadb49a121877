// For tests: the real service under people who write, come, go, and whose rights change, with a judge on every wire that leaves it.
import { since, type Value } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { serviceIdentity } from '@mana/service';
import { type Access, type Frame, type Op, type Scope, type SpaceId, stampAt } from '@mana/sync';
import { Dice } from '@mana/sync/simulator/dice';
import type { ChunkRef } from '@mana/sync/snapshot/index';
import { join } from 'node:path';
import { Judge } from './testing-judge.ts';
import { ProjectionTap } from './testing-projected.ts';
import { ask } from './testing-spaces.ts';
import { Tap, type TapParts } from './testing-tap.ts';
import { APP, type Issuer, newRecord, startIssuer, startSync, TITLE, type TestSync } from './testing.ts';

const OWNER = 'ana';
/** Members who come and go, and one who never was one. */
const PEOPLE = ['ben', 'cem', 'dia', 'eve'];
const STRANGER = 'zoe';
const SERVICE = 'todo-server';

const tasks = collectionNumbered(513)!;
const done = tasks.fields['completedAt']!;
const NOW = Date.UTC(2026, 5, 1);
/** One collection of which parts are kept, and two of apps that no model has. */
const COLLECTIONS = [tasks.number, APP * 256 + 1, (APP + 1) * 256 + 1];
/** Open tasks, and those done lately. */
const SCOPE: Scope = {
	apps: null,
	collections: [],
	windows: [{ collection: tasks.number, field: done.number, from: '', to: '0' }, since(tasks, done, NOW)],
	records: [],
};
const PART = { collection: tasks.number, keeps: (value: Value) => value === null || Number(value) >= NOW };
/** Enough that a new device is offered chunks. */
const RECORDS = 700;

/** Rights that members may have. */
const RIGHTS: readonly Access[] = [
	{ role: 'editor', apps: null },
	{ role: 'editor', apps: [APP] },
	{ role: 'editor', apps: [2, APP + 1] },
	{ role: 'viewer', apps: [2] },
	{ role: 'viewer', apps: null },
	{ role: 'commenter', apps: [APP, APP + 1] },
];

interface Kind {
	readonly keepsPart: boolean;
	readonly fetches: boolean;
}

/** What the owner's devices are; those of others are left to chance. */
const KINDS: readonly Kind[] = [
	{ keepsPart: false, fetches: true },
	{ keepsPart: true, fetches: true },
];

export interface WirePlace {
	readonly home: string;
	readonly databaseUrl: string | undefined;
}

/** One history over the real wire. */
export class WireWorld {
	readonly judge: Judge;
	readonly #dice: Dice;
	readonly #place: WirePlace;
	readonly #issuer: Issuer;
	readonly #servers: TestSync[];
	readonly #records: readonly { readonly collection: number; readonly record: Op['record'] }[];
	readonly #failures: unknown[] = [];
	readonly #chunks = new Map<string, ChunkRef>();
	#taps: Tap[] = [];
	#projected: ProjectionTap;
	#serviceAllowed = true;
	#stamp = stampAt(Date.now());
	/** Taps whose question about digests has no answer yet. */
	readonly #asking = new Set<Tap>();

	private constructor(seed: number, place: WirePlace, issuer: Issuer, servers: TestSync[], space: SpaceId) {
		this.#dice = new Dice(seed);
		this.#place = place;
		this.#issuer = issuer;
		this.#servers = servers;
		this.judge = new Judge(space, done.number);
		this.#records = COLLECTIONS.flatMap((collection) =>
			Array.from({ length: RECORDS }, () => ({ collection, record: newRecord() })),
		);
		this.#projected = new ProjectionTap(space, tasks.number);
	}

	/** A space with people in it and enough for chunks. @param nodes how many services share the database */
	static async start(seed: number, place: WirePlace, nodes: number): Promise<WireWorld> {
		const issuer = await startIssuer();
		const servers: TestSync[] = [];
		for (let node = 0; node < nodes; node++) servers.push(await startNode(place, node, issuer));
		const token = await issuer.token(OWNER);
		const made = await ask(servers[0]!, token, 'POST', '/spaces', { kind: 'family', name: 'Home' });
		const world = new WireWorld(seed, place, issuer, servers, made.body['id'] as SpaceId);
		world.judge.change(OWNER, { role: 'owner', apps: null })();
		for (const person of PEOPLE) await world.#admit(person);
		await world.#fill();
		for (const [at, person] of [OWNER, OWNER, ...PEOPLE, ...PEOPLE].entries()) world.#taps.push(world.#tap(person, KINDS[at]));
		world.#openProjection();
		return world;
	}

	/** Plays one step. @throws what somebody was told who must not be told it */
	async step(): Promise<void> {
		const dice = this.#dice;
		const roll = dice.int(1, 100);
		if (roll <= 40) await this.#write();
		else if (roll <= 52) await this.#command();
		else if (roll <= 60) await (await this.#liveTap())?.connect(this.#url());
		else if (roll <= 68) await this.#exchange();
		else if (roll <= 78) await this.#fetch();
		else if (roll <= 85) await this.#digest();
		else if (roll <= 94) await this.#present();
		else if (roll <= 97) await this.#service();
		else await this.#fence();
		this.check();
	}

	/** Throws one replica away and begins another one for the same person, which may keep another part. */
	async renew(): Promise<void> {
		const at = this.#dice.int(0, this.#taps.length - 1);
		const tap = this.#taps[at]!;
		await tap.settled();
		tap.abandon();
		await tap.disconnect();
		this.#taps[at] = this.#tap(tap.parts.person, KINDS[at]);
		await this.#taps[at].connect(this.#url());
		this.check();
	}

	/** Stops one of the services and starts it again on what it left. */
	async restart(): Promise<void> {
		const node = this.#dice.int(0, this.#servers.length - 1);
		await this.#projected.close();
		await this.#servers[node]![Symbol.asyncDispose]();
		this.#servers[node] = await startNode(this.#place, node, this.#issuer);
		this.#openProjection();
		this.check();
	}

	/** Removes somebody who is there and hears it, whatever luck did before. */
	async removeOne(): Promise<void> {
		const tap = this.#taps.at(-1)!;
		const { person } = tap.parts;
		if (!this.judge.now(person)) await this.#admit(person);
		await tap.connect(this.#url());
		await tap.settled();
		await this.#change(person, null);
		await this.#fence();
		this.check();
	}

	/** When nothing is on its way any more everybody holds exactly what they may read of what they keep. */
	async settle(): Promise<void> {
		for (const tap of this.#taps) {
			await tap.settled();
			if (!tap.live || tap.unanswered > 0) await tap.connect(this.#url());
			await tap.settled();
		}
		const owner = this.#tap(OWNER);
		await owner.connect(this.#url());
		const { seq } = owner.client!.heard.find((frame) => frame.type === 'subbed')!;
		await owner.reached(seq);
		for (const tap of [...this.#taps, owner]) {
			if (!tap.live) {
				if (this.judge.now(tap.parts.person)) throw new Error(`${tap.parts.person} is a member and is not let in.`);
				if (tap.shown().size > 0) throw new Error(`${tap.parts.person} was removed and keeps something.`);
				continue;
			}
			await tap.reached(seq);
			this.#compare(tap);
		}
		await owner.disconnect();
		this.check();
	}

	/** @throws what was found */
	check(): void {
		if (this.#failures.length > 0) throw this.#failures[0];
	}

	async close(): Promise<void> {
		await this.#projected.close();
		for (const tap of this.#taps) await tap.disconnect();
		for (const server of this.#servers) await server[Symbol.asyncDispose]();
		await this.#issuer.close();
	}

	/** How many frames of the projection were judged. */
	get projected(): number {
		return this.#projected.seen;
	}

	#compare(tap: Tap): void {
		if (tap.spoilt) return;
		const { person, part } = tap.parts;
		const expected = this.judge.expected(this.judge.now(person)!.apps, part);
		const shown = tap.shown();
		for (const place of new Set([...expected.keys(), ...shown.keys()])) {
			const record = this.judge.recordOf(place);
			if (this.judge.unknown.has(place) || (record && this.judge.isUnsure(record))) continue;
			if (String(expected.get(place)) !== String(shown.get(place)))
				throw new Error(
					`${person} (${part ? 'a part' : 'all'}) shows ${String(shown.get(place))} and not ${String(expected.get(place))} at ${place}.`,
				);
		}
	}

	#url(): string {
		return this.#dice.pick(this.#servers).url;
	}

	#tap(person: string, kind: Kind = { keepsPart: this.#dice.chance(0.3), fetches: this.#dice.chance(0.7) }): Tap {
		const { keepsPart, fetches } = kind;
		const parts: TapParts = {
			person,
			judge: this.judge,
			scope: keepsPart ? SCOPE : null,
			part: keepsPart ? PART : null,
			fetches,
			token: () => this.#issuer.token(person),
			stamp: () => (this.#stamp = Math.max(this.#stamp + 1, stampAt(Date.now()))),
			failed: (error) => this.#failures.push(error),
			heard: (frame, tap) => this.#note(frame, tap),
		};
		return new Tap(parts);
	}

	#note(frame: Frame, tap: Tap): void {
		if (frame.type === 'snapshot') for (const ref of frame.chunks) this.#chunks.set(ref.hash, ref);
		if (frame.type === 'digest' && !frame.more) this.#asking.delete(tap);
	}

	/** Somebody who is in the space, on a socket; `null`: whoever was asked is not. */
	async #liveTap(): Promise<Tap | null> {
		const tap = this.#dice.pick(this.#taps);
		if (!tap.live && this.judge.now(tap.parts.person)) {
			this.#asking.delete(tap);
			await tap.connect(this.#url());
		}
		return tap.live ? tap : null;
	}

	#op(): Op {
		const { collection, record } = this.#dice.pick(this.#records);
		if (collection === tasks.number && this.#dice.chance(0.5)) return this.#completed(record);
		const field = collection === tasks.number ? tasks.fields['title']!.number : TITLE;
		return { collection, record, field, key: '', value: `text ${this.#stamp}` };
	}

	#completed(record: Op['record']): Op {
		const value = this.#dice.pick([null, NOW - 1_000, NOW - 2_000, NOW + 1_000]);
		return { collection: tasks.number, record, field: done.number, key: '', value };
	}

	async #write(): Promise<void> {
		const tap = await this.#liveTap();
		if (!tap) return;
		const ops = Array.from({ length: this.#dice.int(1, 4) }, () => this.#op());
		tap.write([...new Map(ops.map((op) => [`${op.record} ${op.field}`, op])).values()]);
		if (this.#dice.chance(0.5)) await tap.settled();
	}

	/** A right changes, while others write and somebody comes back; once it is answered nothing leaves that it ended. */
	async #command(): Promise<void> {
		const person = this.#dice.pick(PEOPLE);
		if (this.#dice.chance(0.5)) for (const tap of this.#taps) await tap.settled();
		const changing = this.judge.now(person) ? this.#change(person) : this.#admit(person);
		const coming = this.#dice.chance(0.3) ? this.#taps.find((tap) => tap.parts.person === person) : undefined;
		await Promise.all([changing, coming?.connect(this.#url()), this.#write(), this.#write()]);
		await this.#fence();
	}

	async #change(person: string, access = this.#dice.chance(0.3) ? null : this.#dice.pick(RIGHTS)): Promise<void> {
		const path = `/spaces/${this.judge.space}/members/${person}`;
		const answered = this.judge.change(person, access);
		await (access ? this.#as(OWNER, 'PATCH', path, access) : this.#as(OWNER, 'DELETE', path));
		answered();
	}

	async #admit(person: string): Promise<void> {
		const access = this.#dice.pick(RIGHTS);
		const invited = await this.#as(OWNER, 'POST', `/spaces/${this.judge.space}/invitations`, access);
		const answered = this.judge.change(person, access);
		await this.#as(person, 'POST', '/memberships', { invitation: new URL(String(invited['link'])).hash.replace('#token=', '') });
		answered();
	}

	async #as(person: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
		for (;;) {
			const answer = await ask(this.#dice.pick(this.#servers), await this.#issuer.token(person), method, path, body);
			if (answer.status < 300) return answer.body;
			if (answer.status !== 503)
				throw new Error(`${method} ${path} is answered with ${answer.status} ${JSON.stringify(answer.body)}.`);
		}
	}

	async #exchange(): Promise<void> {
		const tap = this.#tap(this.#dice.pick([OWNER, ...PEOPLE, STRANGER]));
		const digest = { ...QUESTION, space: this.judge.space, collection: this.#dice.pick([0, ...COLLECTIONS]) };
		await tap.exchange(this.#url(), this.#dice.chance(0.5) ? [digest] : []);
	}

	/** Somebody asks for a chunk that was offered to somebody. */
	async #fetch(): Promise<void> {
		const refs = [...this.#chunks.values()];
		const tap = this.#tap(this.#dice.pick([OWNER, ...PEOPLE, STRANGER]));
		if (refs.length > 0) await tap.fetch(this.#dice.pick(refs), this.#url());
	}

	async #digest(): Promise<void> {
		const tap = await this.#liveTap();
		if (!tap || this.#asking.has(tap)) return;
		this.#asking.add(tap);
		const collection = this.#dice.pick([0, ...COLLECTIONS]);
		const buckets = collection > 0 && this.#dice.chance(0.7) ? [1, 7, 200] : [];
		tap.send({ ...QUESTION, space: this.judge.space, ...tap.cursor, collection, buckets });
	}

	async #present(): Promise<void> {
		const tap = await this.#liveTap();
		const app = this.#dice.pick([0, ...COLLECTIONS.map((collection) => collection >> 8)]);
		const value = this.#dice.chance(0.8) ? `here ${this.#stamp}` : null;
		const entries = [{ number: 0, person: '', value }];
		tap?.send({ type: 'presence', space: this.judge.space, app, channel: 'list', entries });
	}

	async #service(): Promise<void> {
		if (this.#serviceAllowed) await this.#projected.told('open');
		this.#serviceAllowed = !this.#serviceAllowed;
		if (this.#serviceAllowed) this.#projected.shutAfter = null;
		await this.#as(OWNER, 'PUT', `/spaces/${this.judge.space}/services/${SERVICE}`, { allowed: this.#serviceAllowed });
		if (this.#serviceAllowed) return;
		this.#projected.shutAfter = this.#stamp;
		await this.#projected.told('shut');
	}

	async #fence(): Promise<void> {
		await Promise.all(this.#taps.map((tap) => tap.fence()));
	}

	#openProjection(): void {
		const { seen, shutAfter } = this.#projected;
		this.#projected = Object.assign(new ProjectionTap(this.judge.space, tasks.number), { seen, shutAfter });
		const identity = serviceIdentity(() => SECRET, SERVICE, { now: () => Date.now() });
		this.#projected.open(this.#url(), identity, tasks.name, (error) => this.#failures.push(error));
	}

	async #fill(): Promise<void> {
		const tap = this.#tap(OWNER);
		await tap.connect(this.#url());
		const ops = this.#records.flatMap(({ collection, record }) => {
			const title = { collection, record, field: collection === tasks.number ? tasks.fields['title']!.number : TITLE, key: '' };
			const more = collection === tasks.number ? this.#completed(record) : { ...title, field: 16, value: 1 };
			return [{ ...title, value: 'first' }, more];
		});
		for (let at = 0; at < ops.length; at += 100) tap.write(ops.slice(at, at + 100));
		await tap.settled();
		await tap.disconnect();
	}
}

const SECRET = 'w'.repeat(64);
const QUESTION = { type: 'digest', epoch: 0, seq: 0, buckets: [], more: false, sums: [], cells: [] } as const;

function startNode({ home, databaseUrl }: WirePlace, node: number, issuer: Issuer): Promise<TestSync> {
	const env = {
		MANA_SYNC_CONNECTS_PER_MINUTE: '100000',
		MANA_SYNC_OPS_PER_SECOND: '1000000',
		MANA_SYNC_OPS_BURST: '10000000',
		MANA_AUTH_SECRET: SECRET,
	};
	return startSync({ home: databaseUrl ? join(home, String(node)) : home, databaseUrl }, { env, issuer });
}
