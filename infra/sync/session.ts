import {
	type Ack,
	type Credit,
	type DeviceId,
	ENGINE,
	type FrameOf,
	limits,
	LIVENESS,
	type Reach,
	type Renew,
	type Revoked,
	type SpaceId,
	timeOf,
} from '@mana/sync';
import {
	type ActedBy,
	type Cursor,
	type Denied,
	isBeforeHorizon,
	knownFrom,
	outdatedIn,
	type Seated,
	startOf,
	versionsOf,
} from '@mana/sync/space/index';
import { type Person, Problem, type VerifyToken } from '@mana/service';
import type { Buckets } from './bucket.ts';
import type { Committer } from './committer/committer.ts';
import type { Cursors } from './cursors.ts';
import { Farewell } from './farewell.ts';
import type { Meters } from './metrics.ts';
import { minVersion, routesOf } from './rules.ts';

/** What every conversation needs; one for the service. */
export interface Door {
	readonly committer: Committer;
	readonly verifyToken: VerifyToken;
	readonly clock: { now(): number };
	/** A random whole number in [from, to), so that clients do not all come back at once. */
	readonly jitter: (from: number, to: number) => number;
	/** Ops that a device may send, and conversations that a person may begin. */
	readonly ops: Buckets;
	readonly connects: Buckets;
	/** Where devices stood when they asked last. */
	readonly cursors: Cursors;
	readonly meters: Meters;
}

/**
 * One conversation with a device, whatever carries it: who it is, what it may ask, what it is answered. Every method throws a
 * `Farewell` when the conversation is over.
 */
export class Session {
	readonly #door: Door;
	/** Where it has a seat, and what it knew when it took it. */
	readonly #seats = new Map<SpaceId, number>();
	/** Spaces in which the client was told to take the state anew: what it sends before it has done so is passed over. */
	readonly #renewing = new Set<SpaceId>();
	#who: Introduced | null = null;
	/** Versions of the collections that the device's build knows. */
	#schema: ReadonlyMap<number, number> = new Map();
	#expiresAt = Infinity;
	/** What the client's engine can, see `ENGINE`. */
	#engine = 1;

	constructor(door: Door) {
		this.#door = door;
	}

	/** Whether a valid HELLO was heard. */
	get known(): boolean {
		return this.#who !== null;
	}

	/** When the token ends (ms since 1970); `Infinity` before HELLO. */
	get expiresAt(): number {
		return this.#expiresAt;
	}

	/** Whether the client can fetch chunks. */
	get takesSnapshots(): boolean {
		return (this.#engine & ENGINE.takesSnapshots) !== 0;
	}

	/** Whether the client knows CREDIT and DIGEST. */
	get lively(): boolean {
		return this.#schema.has(LIVENESS.collection);
	}

	/** HELLO: proves who it is. The first valid token of a person makes the personal space. */
	async hello(frame: FrameOf<'hello'>): Promise<FrameOf<'welcome'>> {
		if (this.#who) throw new Farewell('protocol', 'A connection begins with one HELLO. Renew the token with AUTH.');
		const person = await this.#verify(frame.token);
		const retryAfterMs = this.#door.connects.take(person.id, 1);
		if (retryAfterMs > 0) throw this.#busy('Too many connections in a short time. Come back a little later.', retryAfterMs);
		const personal = await this.#door.committer.personal(person.id);
		this.#who = { person: person.id, device: frame.device, ...actedBy(person) };
		this.#schema = versionsOf(frame.schema);
		this.#expiresAt = person.expiresAt;
		this.#engine = frame.schema.find(({ collection }) => collection === ENGINE.collection)?.version ?? 1;
		const { frameBytes, pushOps } = limits;
		return {
			type: 'welcome',
			clockMs: frame.clockMs,
			serverMs: this.#door.clock.now(),
			person: person.id,
			personal,
			outdated: outdatedIn(frame.schema, minVersion),
			limits: { frameBytes, pushOps },
		};
	}

	/** AUTH: a fresh token of the same person, and of the same one who acts for them. */
	async auth(frame: FrameOf<'auth'>): Promise<void> {
		const who = this.#introduced();
		const person = await this.#verify(frame.token);
		if (person.id !== who.person || person.actor !== who.by?.person)
			throw new Farewell('unauthorised', 'This token belongs to somebody else. Connect anew.');
		this.#expiresAt = person.expiresAt;
	}

	/** Who speaks. @throws Farewell before HELLO */
	get person(): string {
		return this.#introduced().person;
	}

	/** The right to this space ended: PUSH needs a new seat. */
	left(space: SpaceId): void {
		this.#seats.delete(space);
	}

	/** SUB: takes a seat in a space. */
	async sub({ space, epoch, seq, part }: FrameOf<'sub'>): Promise<Seated | Revoked> {
		const foreign = part?.scope.windows.find(({ collection, field }) => !routesOf(collection).includes(field));
		if (foreign)
			throw new Farewell('protocol', `Collection ${foreign.collection} has no windows on field ${foreign.field} on this server.`);
		const seat = granted(await this.#door.committer.seat({ kind: 'seat', space, ...this.#introduced() }));
		this.#renewing.delete(space);
		if (this.#door.cursors.asked(space, this.#introduced().device, { epoch, seq })) this.#door.meters.wentBack();
		if (seat.type === 'subbed') this.#seats.set(space, knownFrom({ epoch, seq }, seat));
		else this.left(space);
		if (seat.type !== 'subbed' || !isBeforeHorizon({ epoch, seq }, seat)) return seat;
		if ((this.#engine & ENGINE.renews) === 0)
			throw new Farewell('version', 'This app was away for so long that it must be loaded anew. Reload the page.');
		this.#renewing.add(space);
		return seat;
	}

	/** PUSH: the answer is durable when it comes; none (`null`) is due to a client that has to take the state anew first. @param bytes the whole frame; it is given away */
	async push({ space, known, transactions }: FrameOf<'push'>, bytes: Uint8Array<ArrayBuffer>): Promise<Ack | Revoked | null> {
		const who = this.#introduced();
		const knew = this.#seats.get(space);
		if (knew === undefined) throw new Farewell('protocol', 'SUB to a space before you PUSH to it.');
		if (this.#renewing.has(space)) return null;
		const ops = transactions.reduce((sum, transaction) => sum + transaction.ops.length, 0);
		const retryAfterMs = this.#door.ops.take(who.device, Math.max(1, ops));
		if (retryAfterMs > 0) throw this.#busy('Too many changes in a short time. Send the rest a little later.', retryAfterMs);
		const [oldest] = transactions;
		if (oldest) this.#door.meters.waited(this.#door.clock.now() - timeOf(oldest.stamp));
		const ack = granted(
			await this.#door.committer.push({
				request: { kind: 'push', space, known, knew, transactions, ...who, schema: this.#schema },
				bytes,
				ops,
			}),
		);
		if (ack.type === 'ack') this.#door.meters.decided(ack, transactions.length);
		else this.left(space);
		return ack;
	}

	/**
	 * DIGEST: takes what answering costs off what the device may send, in ops.
	 *
	 * @throws Farewell when it asks too much
	 */
	digest({ space, collection, sums }: FrameOf<'digest'>): void {
		const { device } = this.#introduced();
		if (!this.#seats.has(space)) throw new Farewell('protocol', 'SUB to a space before you ask for its DIGEST.');
		const cost = collection !== 0 ? SEARCH_OPS : sums.length > 0 ? PART_OPS : DIGEST_OPS;
		const retryAfterMs = this.#door.ops.take(device, cost);
		if (retryAfterMs > 0) throw this.#busy('Too many digests in a short time. Ask a little later.', retryAfterMs);
	}

	/** PRESENCE: costs as much as an op. @throws Farewell without a seat, or for too much of it */
	presence({ space }: FrameOf<'presence'>): void {
		const { device } = this.#introduced();
		if (!this.#seats.has(space)) throw new Farewell('protocol', 'SUB to a space before you say where in it you are.');
		const retryAfterMs = this.#door.ops.take(device, 1);
		if (retryAfterMs > 0) throw this.#busy('Too much in a short time. Come back a little later.', retryAfterMs);
	}

	/** CREDIT: whoever carries the conversation sends by it. @throws Farewell before HELLO */
	credit(): void {
		this.#introduced();
	}

	pong(frame: FrameOf<'ping'>): FrameOf<'pong'> {
		this.#introduced();
		return { type: 'pong', clockMs: frame.clockMs, serverMs: this.#door.clock.now() };
	}

	#busy(detail: string, afterMs: number): Farewell {
		return new Farewell('busy', detail, afterMs + this.#door.jitter(0, 250));
	}

	#introduced(): Introduced {
		if (!this.#who) throw new Farewell('protocol', 'A connection begins with HELLO.');
		return this.#who;
	}

	async #verify(token: string): Promise<Person> {
		try {
			return await this.#door.verifyToken(token);
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			if (error.status === 401) throw new Farewell('unauthorised', error.detail);
			throw new Farewell('busy', error.detail, error.retryAfterMs ?? 2000);
		}
	}
}

/** Who speaks: a person, or somebody in their name. */
interface Introduced {
	readonly person: string;
	readonly device: DeviceId;
	readonly by?: ActedBy;
}

function actedBy({ actor, actorName = '' }: Person): { readonly by?: ActedBy } {
	return actor === undefined ? {} : { by: { person: actor, name: actorName } };
}

/** What a question about sums that are kept costs, one about a part, which may have to be counted, and one for which the space or the part is read, in ops. */
const [DIGEST_OPS, PART_OPS, SEARCH_OPS] = [16, 1_024, 16_384];

/** Bytes of pushes that may wait for an answer, for each space and connection; and while too much waits in total. */
export const [PUSH_CREDIT, CROWDED_CREDIT] = [256 * 1024, 16 * 1024];

/** What a client that knows it is told after SUBBED. */
export function creditOf(space: SpaceId, bytes = PUSH_CREDIT): Credit {
	return { type: 'credit', space, bytes };
}

/** What the client must know before SUBBED: which apps it may read, when that is not all of them. */
export function reachOf({ space, access: { apps } }: Seated): Reach | null {
	return apps === null ? null : { type: 'reach', space, apps };
}

/** What the client must know before SUBBED when it stands below the horizon, and from where on it is told the state. */
export function renewalOf(seat: Seated, cursor: Cursor): { frame: Renew | null; from: Cursor } {
	const { renews, from } = startOf(cursor, seat);
	return { frame: renews ? { type: 'renew', space: seat.space } : null, from };
}

function granted<T extends object>(answer: T | Denied): T {
	if ('code' in answer) throw new Farewell(answer.code, answer.detail, answer.code === 'restart' ? 0 : undefined);
	return answer;
}
