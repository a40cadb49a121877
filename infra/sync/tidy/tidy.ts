import { systemFields, TRASH_MS } from '@mana/model';
import { SERVER, type SpaceId, SPACES_APP } from '@mana/sync';
import type { Due, TidyRequest, Tidied } from '@mana/sync/space/index';
import { sql } from 'kysely';
import type { SyncStore } from '../store.ts';
import { dueOf } from './due.ts';
import { type PartField, partsOfGone } from './parts.ts';
import { IS_COUNT, IS_FOLDED, IS_UPDATE } from './tables.ts';

const DAY_MS = 24 * 3600_000;

/** How long things stay, by the server's own clock. */
export const KEPT = {
	/** A record in the trash, before it is purged. */
	trashMs: TRASH_MS,
	/** What a person purged keeps its registers for this long, so that the one who did it may take it back. */
	purgedMs: DAY_MS,
	/**
	 * A tombstone. A device that was away for longer takes the state anew and has to judge by itself what it wrote meanwhile, so this is long: a
	 * tablet in a drawer, a laptop at the summer house. A tombstone costs some hundred bytes.
	 */
	tombstoneMs: 180 * DAY_MS,
	/**
	 * Any other leftover: an update of a document that was merged into another, a part of a counter that was folded. There are many of them where much is
	 * written, so this is shorter; a device that was away for longer downloads the state, and asks its person nothing because of them.
	 */
	leftoverMs: 30 * DAY_MS,
	/** A part of a counter on which nobody counts any more, before it goes into the sum. */
	partMs: 30 * DAY_MS,
	/** What was decided on the last transactions of a device that writes nothing. Should it send them again, it becomes a new device. */
	decisionsMs: 180 * DAY_MS,
} as const;

/** Marks of one space are at least this far apart. */
const MARK_EVERY_MS = 20 * 3600_000;
/** Parts are looked for of what went within this time: a round that was cut off is made up for by the next ones. */
const LOOKED_BACK_MS = 3 * DAY_MS;
/** Records of one commit. */
const STEP = 200;
/** Registers of one commit. */
const REGISTERS = 2_000;
/** A counter with fewer parts that could be folded is left as it is: it costs little, and what is forgotten costs those who were away a download. */
const PARTS = 16;

/** Who commits it: the one writer of the store. */
export interface Tidier {
	tidy(request: TidyRequest): Promise<Tidied>;
}

/**
 * Goes through all spaces once: notes their heads, purges what has been in the trash for long enough, forgets old tombstones and decisions.
 * Everything is judged again at commit, in the space's own order; cut off at any moment, it goes on the next time.
 *
 * @param parts fields that make a record a part of another (`partsIn` of `@mana/model`)
 * @param now ms since 1970
 */
export async function tidySpaces(
	store: SyncStore,
	committer: Tidier,
	parts: readonly PartField[],
	now: number,
	signal: AbortSignal,
): Promise<Omit<Tidied, 'type'>> {
	const total = { purged: 0, forgotten: 0, folded: 0 };
	const spaces = await store.db.selectFrom('space').select(['number', 'id', 'seq']).execute();
	for (const { number, id, seq } of spaces) {
		signal.throwIfAborted();
		await mark(store, number, seq, now);
		const [trash, purged, horizon, leftover, part] = await Promise.all([
			headAt(store, number, now - KEPT.trashMs),
			headAt(store, number, now - KEPT.purgedMs),
			headAt(store, number, now - KEPT.tombstoneMs),
			headAt(store, number, now - KEPT.leftoverMs),
			headAt(store, number, now - KEPT.partMs),
		]);
		const { deletedAt, purged: flag } = systemFields;
		const dueTo = {
			purge: async () => [
				...(await flagged(store, number, deletedAt.number, trash)),
				...(await flagged(store, number, flag.number, purged, false)),
			],
			forget: async () => [
				...(await flagged(store, number, flag.number, horizon, true)),
				...(await mergedUpdates(store, number, leftover)),
				...(await foldedParts(store, number, leftover)),
			],
			fold: () => silentParts(store, number, part),
		};
		for (let again = true; again;) {
			signal.throwIfAborted();
			const [purge, forget, fold] = await Promise.all([dueTo.purge(), dueTo.forget(), dueTo.fold()]);
			if (purge.length + forget.length + fold.length === 0) break;
			const done = await committer.tidy({ kind: 'tidy', space: id as SpaceId, purge, forget, fold });
			total.purged += done.purged;
			total.forgotten += done.forgotten;
			total.folded += done.folded;
			again = done.purged + done.forgotten + done.folded > 0;
		}
		total.purged += await purgeParts(store, committer, { number, id: id as SpaceId }, parts, await headAt(store, number, now - LOOKED_BACK_MS), signal); // prettier-ignore
	}
	await store.db
		.updateTable('actor')
		.set({ decisions: new Uint8Array() })
		.where('seen_at', '<', now - KEPT.decisionsMs)
		.where(sql<boolean>`length(decisions) > 0`)
		.execute();
	return total;
}

/** Purges what is a part of what went lately, and of that, however deep. @returns how many records */
async function purgeParts(
	store: SyncStore,
	committer: Tidier,
	space: { readonly number: number; readonly id: SpaceId },
	parts: readonly PartField[],
	since: number,
	signal: AbortSignal,
): Promise<number> {
	let purged = 0;
	for (let last = -1; purged > last;) {
		last = purged;
		const due = await partsOfGone(store, space.number, parts, since);
		for (let at = 0; at < due.length; at += STEP) {
			signal.throwIfAborted();
			const step = due.slice(at, at + STEP);
			purged += (await committer.tidy({ kind: 'tidy', space: space.id, purge: step, forget: [], fold: [] })).purged;
		}
	}
	return purged;
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
	return dueOf(rows);
}

/** Updates of documents that have been merged into others since a seq. */
async function mergedUpdates({ db }: SyncStore, space: number, upTo: number): Promise<Due[]> {
	if (upTo === 0) return [];
	return dueOf(
		await db
			.selectFrom('cell')
			.select(['collection', 'record', 'field', 'key', 'seq'])
			.where('space', '=', space)
			.where(IS_UPDATE)
			.where('value', 'is', null)
			.where('seq', '<=', upTo)
			.orderBy('seq')
			.limit(REGISTERS)
			.execute(),
	);
}

/** Parts of counters that have been folded since a seq. */
async function foldedParts({ db }: SyncStore, space: number, upTo: number): Promise<Due[]> {
	if (upTo === 0) return [];
	return dueOf(
		await db
			.selectFrom('cell')
			.select(['collection', 'record', 'field', 'key', 'seq'])
			.where('space', '=', space)
			.where(IS_COUNT)
			.where(IS_FOLDED)
			.where('seq', '<=', upTo)
			.orderBy('seq')
			.limit(REGISTERS)
			.execute(),
	);
}

/** Parts of those counters of which many have been as they are since a seq. */
async function silentParts({ db }: SyncStore, space: number, upTo: number): Promise<Due[]> {
	if (upTo === 0) return [];
	const silent = db
		.selectFrom('cell')
		.where('cell.space', '=', space)
		.where(IS_COUNT)
		.where(sql<boolean>`not (${IS_FOLDED})`)
		.where(sql<boolean>`length(cell.key) > 1`)
		.where('cell.seq', '<=', upTo);
	const many = silent
		.select(['cell.record as of', 'cell.collection as in', 'cell.field as at'])
		.groupBy(['cell.record', 'cell.collection', 'cell.field'])
		.having(({ fn }) => fn.countAll(), '>=', PARTS)
		.orderBy('cell.record')
		.limit(STEP)
		.as('many');
	return dueOf(
		await silent
			.innerJoin(many, (join) =>
				join.onRef('many.of', '=', 'cell.record').onRef('many.in', '=', 'cell.collection').onRef('many.at', '=', 'cell.field'),
			)
			.select(['cell.collection', 'cell.record', 'cell.field', 'cell.key', 'cell.seq'])
			.orderBy('cell.seq')
			.limit(REGISTERS)
			.execute(),
	);
}
