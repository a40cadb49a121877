import { appOf } from '@mana/model';
import { type Cell, decodeFrame, type FrameOf, reaches, type SpaceId, timeOf } from '@mana/sync';
import { type HistoryQuestion, plainOf, type PlainCell, type RecordChange, type RecordChanges } from '@mana/sync/record-history';
import type { StoredCell } from '@mana/sync/space/index';
import { replacedFromBytes, splitFrames, valueFromBytes } from '../spaces/bytes.ts';
import type { Directory } from '../spaces/directory.ts';
import type { SyncStore } from '../store.ts';
import { type Change, type LogEntry, type Walked, walk, withoutPurged } from './walk.ts';

/** Changes of one page. */
const PAGE = 50;

/** Tells what happened to a record, as far as the log goes back. Reads only. */
export class RecordHistory {
	readonly #store: SyncStore;
	readonly #directory: Directory;

	constructor(store: SyncStore, directory: Directory) {
		this.#store = store;
		this.#directory = directory;
	}

	/** One page for a person. `null`: no such space, or not for this person. `other-history`: the page before was of another epoch. */
	async read(id: SpaceId, person: string, question: HistoryQuestion): Promise<RecordChanges | 'other-history' | null> {
		for (;;) {
			const card = await this.#directory.space(id, person);
			if (!card) return null;
			const answer = await this.#read(id, reaches(card, appOf(question.collection)), question);
			// What was read under a right that has changed meanwhile is not told.
			if ((await this.#directory.space(id, person))?.aclEpoch === card.aclEpoch) return answer;
		}
	}

	async #read(
		id: SpaceId,
		mayRead: boolean,
		{ collection, record, next }: HistoryQuestion,
	): Promise<RecordChanges | 'other-history'> {
		const { db } = this.#store;
		const space = await db.selectFrom('space').select(['number', 'epoch']).where('id', '=', id).executeTakeFirstOrThrow();
		if (next && next.epoch !== space.epoch) return 'other-history';
		const rows = await db
			.selectFrom('cell')
			.selectAll()
			.where('space', '=', space.number)
			.where('record', '=', record)
			.where('collection', '=', collection)
			.execute();
		const cells = mayRead ? rows.map((row): StoredCell => ({ ...row, record, value: valueFromBytes(row.value) })) : [];
		const now = withoutPurged(cells);
		const options = { before: next?.before ?? null, limit: PAGE };
		const { changes, earlier, before } = await walk(now, (seq) => this.#entryAt(space.number, collection, seq), options);
		const people = await this.#people(space.number, changes);
		return {
			epoch: space.epoch,
			now: now.map(plainCell),
			changes: changes.map(({ at, stamp, actor, cells }) => ({
				at,
				writtenAt: timeOf(stamp),
				...(people.get(actor) ?? { person: null, name: '', by: null }),
				cells: cells.map(({ cell, before }) => ({ ...plainCell(cell), before: before && plainRegister(before) })),
			})),
			earlier,
			before,
		};
	}

	async #entryAt(space: number, collection: number, seq: number): Promise<LogEntry | null> {
		const row = await this.#store.db
			.selectFrom('log')
			.select(['from_seq', 'to_seq', 'written_at', 'frames', 'replaced'])
			.where('space', '=', space)
			.where('to_seq', '>=', seq)
			.orderBy('to_seq')
			.limit(1)
			.executeTakeFirst();
		if (!row?.replaced) return null;
		const deltas = [...splitFrames(row.frames)].map((frame) => decodeFrame(frame) as FrameOf<'delta'>);
		const of = (cells: readonly Cell[]) => cells.filter((cell) => cell.collection === collection);
		return {
			from: row.from_seq,
			to: row.to_seq,
			at: row.written_at,
			cells: of(deltas.flatMap(({ cells }) => cells)),
			replaced: replacedFromBytes(row.replaced),
		};
	}

	/** Who wrote, by actor. The server itself has none. */
	async #people(space: number, changes: Walked['changes']): Promise<Map<number, Pick<RecordChange, 'person' | 'name' | 'by'>>> {
		const actors = [...new Set(changes.map(({ actor }: Change) => actor))];
		if (actors.length === 0) return new Map();
		const rows = await this.#store.db
			.selectFrom('actor')
			.leftJoin('member', (join) => join.onRef('member.space', '=', 'actor.space').onRef('member.person', '=', 'actor.person'))
			.select(['actor.actor', 'actor.person', 'actor.acted_by', 'actor.acted_name', 'member.name'])
			.where('actor.space', '=', space)
			.where('actor.actor', 'in', actors)
			.execute();
		return new Map(
			rows.map(({ actor, person, acted_by, acted_name, name }) => {
				const by = acted_by === null ? null : { person: acted_by, name: acted_name ?? '' };
				return [actor, { person, name: name ?? '', by }];
			}),
		);
	}
}

function plainCell(cell: Cell): PlainCell {
	return { field: cell.field, key: cell.key, ...plainRegister(cell) };
}

function plainRegister({ value, stamp, actor }: Cell) {
	return { value: plainOf(value), stamp, actor };
}
