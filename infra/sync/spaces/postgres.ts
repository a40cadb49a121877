import type { Window } from '@mana/model';
import { accessOf, nameKey, type SpaceId } from '@mana/sync';
import type { Change, Found, Look, Need, RouteMark, Tail, WindowPart } from '@mana/sync/space/index';
import type { Pool, PoolClient } from 'pg';
import { memberOf, type MemberRow, SPACE_COLUMNS, type SpaceRow, stateOf } from './member-rows.ts';
import { part, routesOf, wholeOf } from './postgres-cells.ts';
import { write } from './postgres-change.ts';
import { find } from './postgres-find.ts';
import { logMember, putMember } from './postgres-members.ts';
import { all, buffer, one } from './postgres-rows.ts';
import { DUE_SPACE, type LogWindow, newSpace, type NewSpace, PART, PRUNE_STEP, type SpaceKeeper } from './space-keeper.ts';

/** How long a transaction that writes may stand still before PostgreSQL ends it, in milliseconds: a paused node holds up others no longer. */
const STANDSTILL_MS = 2000;
/** How long to wait for a space that somebody else writes, in milliseconds. */
const LOCK_WITHIN_MS = 5_000;
/** How long a transaction may take in all, in milliseconds. */
const ANSWER_WITHIN_MS = 9_000;

/** Both in one message. They hold for this transaction only. */
const WRITING = `begin; set local idle_in_transaction_session_timeout = ${STANDSTILL_MS}; set local lock_timeout = ${LOCK_WITHIN_MS}`;

/**
 * Spaces in PostgreSQL. The row of a space is locked from before its seq is read until the commit, so readers never see a seq before
 * the one below it (sync.md §6.6), however many processes write. A group of many spaces takes as many round trips as one.
 */
export class PostgresSpaces implements SpaceKeeper {
	readonly #pool: Pool;
	readonly #now: () => number;

	/** @param now ms since 1970 */
	constructor(pool: Pool, now: () => number) {
		this.#pool = pool;
		this.#now = now;
	}

	/** Whoever stops in the middle, paused or cut off, loses the connection and with it the locks, before others have waited long. */
	async transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void> {
		await this.#transaction(WRITING, async (client) => {
			const spaces = await lock(client, needs);
			const changes = decide(await find(client, needs, spaces));
			if (changes.length > 0) await write(client, changes, spaces, this.#now());
		});
	}

	readSince(id: SpaceId, after: number, chunk: number, person?: string, look?: Look): Promise<Tail | null> {
		return this.#snapshot(id, person, async (client, { number }) => {
			const cells = await part(client, number, after, Math.min(chunk, PART.cells));
			if (!look) return { cells };
			const names = new Map(cells.flatMap((cell) => (look.routes(cell.collection) ? [[nameKey(cell), cell] as const] : [])));
			const routes = await routesOf(client, number, [...names.values()]);
			return { cells, routes, whole: await wholeOf(client, number, look.whole(routes)) };
		});
	}

	readWindow(id: SpaceId, window: Window, after: RouteMark | null, chunk: number, person?: string): Promise<WindowPart | null> {
		return this.#snapshot(id, person, async (client, { number }) => {
			const { collection, field, from, to } = window;
			const most = Math.max(1, Math.min(chunk, PART.cells) >> 3);
			const { key, record } = after ?? { key: from, record: '' };
			const marks = await all<RouteMark>(
				client,
				`select key, record from route where space = $1 and collection = $2 and field = $3 and (key, record) > ($4, $5) and key < $6
				order by key, record limit $7`,
				[number, collection, field, key, record, to, most],
			);
			const cells = await wholeOf(
				client,
				number,
				marks.map((mark) => ({ collection, record: mark.record })),
			);
			return { cells, next: marks.length < most ? null : marks.at(-1)! };
		});
	}

	/** Reads with the head of the space and the right of whoever asks, all from one snapshot. */
	#snapshot<T>(id: SpaceId, person: string | undefined, read: (client: PoolClient, space: SpaceRow) => Promise<T>) {
		return this.#transaction('begin isolation level repeatable read read only', async (client) => {
			const space = await one<SpaceRow>(client, 'select number, epoch, seq, acl_epoch, horizon from space where id = $1', [id]);
			if (!space) return null;
			const member =
				person === undefined
					? undefined
					: await one<MemberRow>(client, 'select role, apps, name, since from member where space = $1 and person = $2', [
							space.number,
							person,
						]);
			return {
				epoch: space.epoch,
				aclEpoch: space.acl_epoch,
				access: person === undefined ? null : (accessOf(person, member && memberOf(member)) ?? null),
				seq: space.seq,
				horizon: space.horizon,
				...(await read(client, space)),
			};
		});
	}

	async personal(person: string, now: number): Promise<SpaceId> {
		const sql = 'select id from space where personal_of = $1';
		const known = await one<SpaceRow>(this.#pool, sql, [person]);
		if (known) return known.id;
		await this.#make({ kind: 'personal', name: '', owner: person, ownerName: '' }, now);
		return (await one<SpaceRow>(this.#pool, sql, [person]))!.id;
	}

	create(space: NewSpace, now: number): Promise<SpaceId> {
		return this.#make(space, now);
	}

	async #make({ kind, name, owner, ownerName }: NewSpace, now: number): Promise<SpaceId> {
		const { id, epoch, logHash } = newSpace(now);
		await this.#transaction(WRITING, async (client) => {
			const made = await one<SpaceRow>(
				client,
				`insert into space (id, epoch, seq, next_actor, kind, name, owner, personal_of, log_hash, created_at)
				values ($1, $2, 0, 1, $3, $4, $5, $6, $7, $8) on conflict (personal_of) do nothing returning *`,
				[id, epoch, kind, name, owner, kind === 'personal' ? owner : null, buffer(logHash), now],
			);
			if (!made) return;
			const member = { access: { role: 'owner', apps: null }, name: ownerName, since: now } as const;
			await putMember(client, made.number, owner, member);
			await logMember(client, stateOf(made), owner, member, now);
		});
		return id;
	}

	async prune(now: number, { ageMs, bytes }: LogWindow): Promise<number> {
		const before = now - ageMs;
		const due = await one<{ number: number; log_position: number }>(this.#pool, DUE_SPACE('$1', '$2'), [before, bytes]);
		if (!due) return 0;
		const { rowCount } = await this.#pool.query(
			`delete from log where space = $1 and to_seq in (
				select to_seq from (select to_seq, position, written_at from log where space = $1 order by to_seq limit ${PRUNE_STEP}) as oldest
				where written_at < $2 or position < $3)`,
			[due.number, before, due.log_position - bytes],
		);
		return rowCount ?? 0;
	}

	async #transaction<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
		const client = await this.#pool.connect();
		// A connection that breaks also fails the query under way; without a listener it would end the process.
		let broken: Error | undefined;
		const lost = (error: Error) => (broken = error);
		client.on('error', lost);
		// One that hangs is given up. Whether a commit on it was kept is then unknown, as after any other loss.
		let released = false;
		const late = setTimeout(() => {
			lost(new Error(`PostgreSQL did not answer within ${ANSWER_WITHIN_MS} ms.`));
			released = true;
			client.release(broken);
		}, ANSWER_WITHIN_MS);
		try {
			await client.query(begin);
			const result = await work(client);
			await client.query('commit');
			return result;
		} catch (error) {
			if (!broken) await client.query('rollback').catch(lost);
			throw broken ?? error;
		} finally {
			clearTimeout(late);
			client.off('error', lost);
			if (!released) client.release(broken);
		}
	}
}

/** Locks the spaces in one order for everybody, so that two groups never wait for each other. */
async function lock(client: PoolClient, needs: readonly Need[]): Promise<Map<SpaceId, SpaceRow>> {
	const { rows } = await client.query<SpaceRow>(
		`select ${SPACE_COLUMNS} from space where id = any($1::text[]) order by id for update`,
		[needs.map(({ space }) => space)],
	);
	return new Map(rows.map((row) => [row.id, row]));
}
