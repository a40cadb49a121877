import type { Logger } from '@mana/service';
import type { Presence, SpaceId } from '@mana/sync';
import { Lease, LEASE_OVER_MS, type LeaseClocks } from '@mana/sync/space/index';
import type { Pool } from 'pg';
import { Gathering, hintsIn, payloadsOf } from './hints.ts';
import { Line } from './line.ts';
import type { PeerEvents, Peers } from './peers.ts';
import { presenceIn, presencePayloads } from './presence-payloads.ts';

/** How often each node looks for what it did not hear of, in milliseconds. */
export const LOOK_MS = 250;
/** Changes of rights that one look takes in. */
const PART = 1000;
/** Spaces that one look asks about; where more have readers, they take turns. */
const MOST_SPACES = 4_000;
/** Between two attempts to reach PostgreSQL, in milliseconds. */
const AGAIN_MS = 100;
/** How often who waits for other nodes asks about them when no word comes, in milliseconds. */
const ASK_AGAIN_MS = 50;

/** What a node says of its work with others. */
export interface PeerMeters {
	hintsSent(count: number): void;
	hintsHeard(count: number): void;
	/** A look found spaces of which no hint had come. */
	lookFound(spaces: number): void;
	/** Somebody's right ended and all nodes knew after so many ms. @param fenced nodes that did not answer */
	everybodyHeard(ms: number, fenced: number): void;
}

export interface PostgresPeersParts {
	readonly pool: Pool;
	/** The schema of this service: what is said concerns nobody else in the database. */
	readonly schema: string;
	readonly events: PeerEvents;
	readonly clocks: LeaseClocks;
	/** A new id, never given before. */
	readonly newId: () => string;
	readonly meters: PeerMeters;
	readonly log: Pick<Logger, 'warn'>;
}

/**
 * One node of several on a PostgreSQL. Hints make it quick; a look every 250 ms makes it right: it takes in every change of rights since the last one, renews
 * the lease under which this node may send, and finds spaces that moved without a hint. Who may write is never asked here: that is decided by
 * the row of the space, in the transaction that writes (docs/sync.md, "Several nodes").
 */
export class PostgresPeers implements Peers {
	readonly #parts: PostgresPeersParts;
	readonly #lease: Lease;
	readonly #channels: { readonly hints: string; readonly rights: string; readonly heard: string; readonly presence: string };
	readonly #hints: Gathering<SpaceId, number>;
	readonly #running: Promise<void>;
	readonly #began = Promise.withResolvers<void>();
	#id: string | null = null;
	/** Every change of rights up to here was taken in. */
	#heard = 0;
	#line: Line | null = null;
	#closed = false;
	#wake: () => void = () => undefined;
	#words = new Set<() => void>();
	#turn = 0;
	#lapse: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: PostgresPeersParts) {
		this.#parts = parts;
		this.#lease = new Lease(parts.clocks);
		const { schema } = parts;
		this.#channels = {
			hints: `${schema}_hints`,
			rights: `${schema}_rights`,
			heard: `${schema}_heard`,
			presence: `${schema}_presence`,
		};
		this.#hints = new Gathering(
			(gathered) => this.#say(gathered),
			(ms, then) => setTimeout(then, ms),
		);
		this.#running = this.#run();
	}

	get began(): Promise<void> {
		return this.#began.promise;
	}

	mayTell(): boolean {
		return this.#lease.held;
	}

	moved(space: SpaceId, seq: number): void {
		this.#hints.add(space, seq);
	}

	saw(presence: Presence): void {
		for (const payload of presencePayloads(presence)) this.#line?.say(this.#channels.presence, payload);
	}

	rightsMoved(): void {
		this.#line?.say(this.#channels.rights, '');
	}

	async everybodyHeard(): Promise<void> {
		const { clocks, meters, log } = this.#parts;
		const start = clocks.elapsed();
		const left = () => start + LEASE_OVER_MS - clocks.elapsed();
		let fenced = 0;
		try {
			// What is said while the table is read is heard all the same.
			let word = this.#word(ASK_AGAIN_MS);
			const { position, ids } = await this.#unaware();
			let waiting = ids;
			while (waiting.length > 0 && left() > 0) {
				await word;
				word = this.#word(Math.max(0, Math.min(left(), ASK_AGAIN_MS)));
				waiting = await this.#stillUnaware(waiting, position);
			}
			fenced = waiting.length;
			if (fenced > 0) await this.#fence(waiting, position);
		} catch (error) {
			// Who cannot be asked has surely stopped after this time.
			log.warn({ err: error }, 'other nodes could not be asked whether they know of a change of rights');
			await pause(left());
		}
		meters.everybodyHeard(clocks.elapsed() - start, fenced);
	}

	async alone<T>(what: string, work: () => Promise<T>): Promise<T | null> {
		const client = await this.#parts.pool.connect();
		let broken: Error | undefined;
		const lost = (error: Error) => (broken = error);
		client.on('error', lost);
		const key = [`${this.#parts.schema} ${what}`];
		try {
			const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as mine', key);
			if (!rows[0]!.mine) return null;
			try {
				return await work();
			} finally {
				// Of a connection that is gone PostgreSQL has let go itself.
				await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', key).catch(lost);
			}
		} finally {
			client.off('error', lost);
			client.release(broken);
		}
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#lapse);
		this.#wake();
		await this.#running;
	}

	#say(gathered: ReadonlyMap<SpaceId, number>): void {
		if (!this.#line) return;
		const hints = [...gathered].map(([space, seq]) => ({ space, seq }));
		for (const payload of payloadsOf(hints)) this.#line.say(this.#channels.hints, payload);
		this.#parts.meters.hintsSent(hints.length);
	}

	#hear(channel: string, payload: string): void {
		const { hints, rights, presence } = this.#channels;
		if (channel === rights) return this.#wake();
		if (channel === presence) {
			const seen = presenceIn(payload);
			return seen ? this.#parts.events.saw(seen) : undefined;
		}
		if (channel !== hints) return this.#words.forEach((word) => word());
		const heard = hintsIn(payload);
		this.#parts.meters.hintsHeard(heard.length);
		for (const { space, seq } of heard) this.#parts.events.hinted(space, seq);
	}

	async #run(): Promise<void> {
		while (!this.#closed) {
			try {
				this.#line = await Line.open(this.#parts.pool, Object.values(this.#channels), {
					heard: (channel, payload) => this.#hear(channel, payload),
				});
				while (!this.#closed) await this.#look(this.#line);
				await this.#leave(this.#line);
			} catch (error) {
				if (!this.#closed) this.#parts.log.warn({ err: error }, 'this node cannot look what others did, and tries again');
				this.#began.resolve();
			}
			await this.#line?.close();
			this.#line = null;
			if (!this.#closed) await this.#sleep(AGAIN_MS);
		}
	}

	/** One look, and the rest until the next one is due. */
	async #look(line: Line): Promise<void> {
		// What is said from here on is not slept through.
		const woken = Promise.withResolvers<void>();
		this.#wake = () => woken.resolve();
		const moment = this.#lease.moment();
		this.#id ??= await this.#countIn(line);
		const taken = await this.#takeIn(line, this.#id);
		if (taken === 'fenced') return this.#countOut();
		if (taken === 'more') return;
		this.#renew(moment);
		await this.#find(line);
		// Counted from its beginning: a slow answer must not make the next one late.
		const rest = setTimeout(() => woken.resolve(), Math.max(0, LOOK_MS - (this.#parts.clocks.elapsed() - moment.elapsed)));
		await Promise.race([woken.promise, line.lost]).finally(() => clearTimeout(rest));
	}

	/** Counts this node in. Before this look nobody waited for it, so it sends nothing that was judged before. */
	async #countIn(line: Line): Promise<string> {
		this.#countOut();
		const id = this.#parts.newId();
		const [row] = await line.ask<{ heard: number }>(
			'insert into node (id, heard) select $1, position from membership_head returning heard',
			[id],
		);
		this.#heard = row!.heard;
		return id;
	}

	/** Says goodbye, so that nobody waits for it. */
	async #leave(line: Line): Promise<void> {
		const id = this.#id;
		this.#countOut();
		if (id !== null) await line.ask('delete from node where id = $1', [id]);
	}

	#countOut(): void {
		this.#id = null;
		this.#lease.end();
		this.#parts.events.forgot();
	}

	/** Takes in who may read what now, in the order in which it changed, and says so. */
	async #takeIn(line: Line, id: string): Promise<'all' | 'more' | 'fenced'> {
		const rows = await line.ask<{ fenced: number; position: number | null; space: SpaceId; acl_epoch: number }>(
			`select node.fenced, membership.position, membership.space, membership.acl_epoch
			from node left join membership on membership.position > $2 where node.id = $1 order by membership.position limit ${PART}`,
			[id, this.#heard],
		);
		if (rows[0]?.fenced !== 0) return 'fenced';
		const before = this.#heard;
		for (const { position, space, acl_epoch } of rows) {
			if (position === null) continue;
			// So many happened while this node was away that they are not kept any more.
			if (position !== this.#heard + 1) return 'fenced';
			this.#parts.events.rightsChanged(space, acl_epoch);
			this.#heard = position;
		}
		if (this.#heard === before) return 'all';
		const told = await line.ask('update node set heard = $2 where id = $1 and fenced = 0 returning id', [id, this.#heard]);
		if (told.length === 0) return 'fenced';
		line.say(this.#channels.heard, '');
		return rows.length < PART ? 'all' : 'more';
	}

	#renew(moment: ReturnType<Lease['moment']>): void {
		this.#lease.renew(moment);
		clearTimeout(this.#lapse);
		if (!this.#lease.held) return;
		this.#lapse = setTimeout(() => this.#lease.held || this.#parts.events.silenced(), this.#lease.leftMs + 1);
		this.#parts.events.resumed();
		this.#began.resolve();
	}

	/** Asks about spaces with readers whether they moved without a hint. */
	async #find(line: Line): Promise<void> {
		const heads = [...this.#parts.events.heads()];
		if (heads.length === 0) return;
		const from = heads.length > MOST_SPACES ? this.#turn % heads.length : 0;
		this.#turn = from + MOST_SPACES;
		const some = heads.slice(from, from + MOST_SPACES);
		const rows = await line.ask<{ id: SpaceId; seq: number }>(
			`select space.id, space.seq from unnest($1::text[], $2::bigint[]) as known (id, seq)
			join space on space.id = known.id and space.seq > known.seq`,
			[some.map(([id]) => id), some.map(([, seq]) => seq)],
		);
		if (rows.length > 0) this.#parts.meters.lookFound(rows.length);
		for (const { id, seq } of rows) this.#parts.events.hinted(id, seq);
	}

	/** Nodes that may not know yet of what was committed up to now. */
	async #unaware(): Promise<{ position: number; ids: string[] }> {
		const { rows } = await this.#parts.pool.query<{ position: number; id: string | null }>(
			'select head.position, node.id from membership_head as head left join node on node.heard < head.position and node.id <> $1',
			[this.#id ?? ''],
		);
		return { position: rows[0]!.position, ids: rows.flatMap(({ id }) => id ?? []) };
	}

	async #stillUnaware(ids: readonly string[], position: number): Promise<string[]> {
		const { rows } = await this.#parts.pool.query<{ id: string }>(
			'select id from node where id = any($1::text[]) and heard < $2',
			[ids, position],
		);
		return rows.map(({ id }) => id);
	}

	/**
	 * Nodes that did not answer have stopped sending by now, and may not begin again as who they were. Others still wait for them, for as long as
	 * a look from before this may have let them send; then they are forgotten.
	 */
	async #fence(ids: readonly string[], position: number): Promise<void> {
		const { pool, log } = this.#parts;
		log.warn({ nodes: ids.length }, 'nodes did not answer in time and are shut out until they come anew');
		await pool.query('update node set fenced = 1 where id = any($1::text[]) and heard < $2', [ids, position]);
		void pause(LEASE_OVER_MS)
			.then(async () => {
				if (!this.#closed) await pool.query('delete from node where id = any($1::text[]) and fenced = 1', [ids]);
			})
			.catch((error: unknown) =>
				log.warn({ err: error }, 'nodes that are gone could not be forgotten; the next one tries again'),
			);
	}

	/** Settles when some node said that it has heard, or after a while. */
	#word(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const word = () => {
				clearTimeout(timer);
				this.#words.delete(word);
				resolve();
			};
			const timer = setTimeout(word, ms);
			this.#words.add(word);
		});
	}

	/** A pause that closing cuts short. */
	async #sleep(ms: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#wake = resolve;
		const timer = setTimeout(resolve, ms);
		await promise;
		clearTimeout(timer);
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
