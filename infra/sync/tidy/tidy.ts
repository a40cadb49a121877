import { type RecordId, systemFields } from '@mana/model';
import { SERVER, type SpaceId, SPACES_APP } from '@mana/sync';
import type { Due, TidyRequest, Tidied } from '@mana/sync/space/index';
import { sql } from 'kysely';
import type { SyncStore } from '../store.ts';

const DAY_MS = 24 * 3600_000;

/** How long things stay, by the server's own clock. */
export const KEPT = {
	/** A record in the trash, before it is purged. */
	trashMs: 30 * DAY_MS,
	/** What a person purged keeps its registers for this long, so that the one who did it may take it back. */
	purgedMs: DAY_MS,
	/**
	 * A tombstone. A device that was away for longer takes the state anew and has to judge by itself what it wrote meanwhile, so this is long: a
	 * tablet in a drawer, a laptop at the summer house. A tombstone costs some hundred bytes.
	 */
	tombstoneMs: 180 * DAY_MS,
	/** What was decided on the last transactions of a device that writes nothing. Should it send them again, it becomes a new device. */
	decisionsMs: 180 * DAY_MS,
} as const;

/** Marks of one space are at least this far apart. */
const MARK_EVERY_MS = 20 * 3600_000;
/** Records of one commit. */
const STEP = 200;

/** Who commits it: the one writer of the store. */
export interface Tidier {
	tidy(request: TidyRequest): Promise<Tidied>;
}

/**
 * Goes through all spaces once: notes their heads, purges what has been in the trash for long enough, forgets old tombstones and decisions.
 * Everything is judged again at commit, in the space's own order; cut off at any moment, it goes on the next time.
 *
 * @param now ms since 1970
 */
export async function tidySpaces(
	store: SyncStore,
	committer: Tidier,
	now: number,
	signal: AbortSignal,
): Promise<{ purged: number; forgotten: number }> {
	const total = { purged: 0, forgotten: 0 };
	const spaces = await store.db.selectFrom('space').select(['number', 'id', 'seq']).execute();
	for (const { number, id, seq } of spaces) {
		signal.throwIfAborted();
		await mark(store, number, seq, now);
		const [trash, purged, horizon] = await Promise.all([
			headAt(store, number, now - KEPT.trashMs),
			headAt(store, number, now - KEPT.purgedMs),
			headAt(store, number, now - KEPT.tombstoneMs),
		]);
		const { deletedAt, purged: flag } = systemFields;
		const dueTo = {
			purge: async () => [
				...(await flagged(store, number, deletedAt.number, trash)),
				...(await flagged(store, number, flag.number, purged, false)),
			],
			forget: () => flagged(store, number, flag.number, horizon, true),
		};
		for (let again = true; again;) {
			signal.throwIfAborted();
			const [purge, forget] = await Promise.all([dueTo.purge(), dueTo.forget()]);
			if (purge.length + forget.length === 0) break;
			const done = await committer.tidy({ kind: 'tidy', space: id as SpaceId, purge, forget });
			total.purged += done.purged;
			total.forgotten += done.forgotten;
			again = done.purged + done.forgotten > 0;
		}
	}
	await store.db
		.updateTable('actor')
		.set({ decisions: new Uint8Array() })
		.where('seen_at', '<', now - KEPT.decisionsMs)
		.where(sql<boolean>`length(decisions) > 0`)
		.execute();
	return total;
}

/** Notes the head of a space, unless that was done lately or nothing has happened. Of the marks that are too old only the newest is needed. */
async function mark({ db }: SyncStore, space: number, seq: number, now: number): Promise<void> {
	const last = await db
		.selectFrom('mark')
		.select(['at', 'seq'])
		.where('space', '=', space)
		.orderBy('at', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (seq === 0 || (last && (last.seq === seq || now - last.at < MARK_EVERY_MS))) return;
	await db.insertInto('mark').values({ space, at: now, seq }).onConflict((conflict) => conflict.doNothing()).execute(); // prettier-ignore
	const oldest = Math.max(KEPT.trashMs, KEPT.tombstoneMs);
	const needed = await db
		.selectFrom('mark')
		.select((eb) => eb.fn.max('at').as('at'))
		.where('space', '=', space)
		.where('at', '<=', now - oldest)
		.executeTakeFirstOrThrow();
	if (needed.at !== null) await db.deleteFrom('mark').where('space', '=', space).where('at', '<', needed.at).execute();
}

/** A seq that the space had reached at a moment at the latest; 0 when that is not known. */
async function headAt({ db }: SyncStore, space: number, at: number): Promise<number> {
	const row = await db
		.selectFrom('mark')
		.select('seq')
		.where('space', '=', space)
		.where('at', '<=', at)
		.orderBy('at', 'desc')
		.limit(1)
		.executeTakeFirst();
	return row?.seq ?? 0;
}

/** Records with a flag that has stood since a seq. @param byServer whether the server or somebody else wrote it; left out, whoever did */
async function flagged({ db }: SyncStore, space: number, field: number, upTo: number, byServer?: boolean): Promise<Due[]> {
	if (upTo === 0) return [];
	const rows = await db
		.selectFrom('cell')
		.select(['collection', 'record', 'field', 'key', 'seq'])
		.where('space', '=', space)
		.where('field', '=', sql.lit(field))
		.where('value', 'is not', null)
		// What the server writes itself (who is in the space) has no trash.
		.where((eb) => eb.not(eb.between('collection', SPACES_APP * 256, SPACES_APP * 256 + 255)))
		.where('seq', '<=', upTo)
		.$if(byServer !== undefined, (query) => query.where('actor', byServer ? '=' : '!=', SERVER))
		.orderBy('seq')
		.limit(STEP)
		.execute();
	return rows.map((row) => ({ ...row, record: row.record as RecordId }));
}
