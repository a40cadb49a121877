import { archivedFile, archivedSpace } from '@mana/archive';
import type { RunningJob } from '@mana/store';
import { z } from 'zod';
import { type Realm, transact } from '../realm.ts';
import type { ArchiveTables, EntryKind } from './tables.ts';
import { type Method, type ZipEntry, ZipFile } from './zip.ts';

/** What an archive says of an entry besides where it stands. */
const entryInfo = z.object({
	service: z.string().optional(),
	/** Lines of what a service holds. */
	lines: z.number().optional(),
	space: archivedSpace.optional(),
	/** Of the space that it belongs to. */
	folder: z.string().optional(),
	counts: z.object({ records: z.record(z.string(), z.number()), registers: z.number(), content: z.string() }).optional(),
	file: archivedFile.optional(),
	/** Why it is missing. */
	problem: z.string().optional(),
});
export type EntryInfo = z.infer<typeof entryInfo>;

export type EntryRow = ArchiveTables['archive_entry'];

/** The archive was thrown away while it was made, or somebody else makes it now. */
export class Gone extends Error {
	override readonly name = 'Gone';
}

/** Bytes of text that are written together. */
const TOGETHER = 64 * 1024;
/** After how much of its lease a job says that it goes on, in milliseconds. */
const holdEveryMs = 15_000;

/**
 * Writes an archive step by step. A step counts once all that it wrote is on the disk and its rows are in the database; what a step wrote
 * that did not come to its end is cut off when the next process goes on.
 */
export class Writing {
	readonly #realm: Realm;
	readonly #id: string;
	readonly #zip: ZipFile;
	readonly #job: RunningJob;
	readonly #ended: AbortSignal;
	#entries: Omit<EntryRow, 'archive_id' | 'number' | 'step'>[] = [];
	#heldAt: number;

	/** @param ended no more is to be written: the service stops, or the job was lost */
	constructor(realm: Realm, id: string, zip: ZipFile, job: RunningJob, ended: AbortSignal) {
		this.#realm = realm;
		this.#id = id;
		this.#zip = zip;
		this.#job = job;
		this.#ended = ended;
		this.#heldAt = realm.clock.now();
	}

	/** Writes a text, line by line as it comes. What `info` says is asked for when it is written. */
	async text(path: string, lines: AsyncIterable<string>, info: () => EntryInfo = () => ({})): Promise<void> {
		await this.#add('text', path, 'deflated', encoded(lines), info);
	}

	/** Writes bytes as they are: what people keep as files is mostly pressed already. */
	async file(path: string, content: AsyncIterable<Uint8Array>, info: EntryInfo): Promise<void> {
		await this.#add('file', path, 'stored', content, () => info);
	}

	/** Keeps in mind that something could not be had. */
	missing(path: string, info: EntryInfo): void {
		const nowhere = { method: 'stored', at: 0, bytes: 0, packed_bytes: 0, crc: 0, sha256: '' } as const;
		this.#entries.push({ kind: 'missing', path, ...nowhere, info: JSON.stringify(info) });
	}

	/** Whether anything was written since the last step. */
	get isEmpty(): boolean {
		return this.#entries.length === 0;
	}

	/** Bytes since the last step. */
	get bytes(): number {
		return this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
	}

	/**
	 * Ends a step: from here on it is done.
	 *
	 * @param next what is written next
	 * @throws Gone
	 */
	async done(step: string, { next, steps }: { readonly next: string; readonly steps: number }): Promise<void> {
		await this.#zip.sync();
		await this.#job.hold();
		this.#mayGoOn();
		const entries = this.#entries;
		await transact(this.#realm, async (db) => {
			const updated = await db
				.updateTable('archive')
				.set(({ eb }) => ({
					bytes: this.#zip.end,
					steps_done: eb('steps_done', '+', steps),
					now_at: next,
					problem: null,
					problem_at: null,
				}))
				.where('id', '=', this.#id)
				.where('state', '=', 'making')
				.executeTakeFirst();
			if (updated.numUpdatedRows === 0n) throw new Gone();
			const { last } = await db
				.selectFrom('archive_entry')
				.select(({ fn }) => fn.max<number | null>('number').as('last'))
				.where('archive_id', '=', this.#id)
				.executeTakeFirstOrThrow();
			for (const [i, entry] of entries.entries())
				await db
					.insertInto('archive_entry')
					.values({ ...entry, archive_id: this.#id, step, number: (last ?? 0) + i + 1 })
					.execute();
		});
		this.#entries = [];
	}

	/** Everything that was written, in its order. */
	async *entries(): AsyncGenerator<EntryRow> {
		for (let last = 0; ;) {
			const rows = await this.#realm.store.db
				.selectFrom('archive_entry')
				.selectAll()
				.where('archive_id', '=', this.#id)
				.where('number', '>', last)
				.orderBy('number')
				.limit(500)
				.execute();
			yield* rows;
			last = rows.at(-1)?.number ?? last;
			if (rows.length < 500) return;
		}
	}

	async #add(kind: EntryKind, path: string, method: Method, content: AsyncIterable<Uint8Array>, info: () => EntryInfo) {
		const entry: ZipEntry = await this.#zip.add(path, method, this.#watched(content));
		const { packedBytes: packed_bytes, ...rest } = entry;
		this.#entries.push({ kind, ...rest, packed_bytes, info: JSON.stringify(info()) });
	}

	async *#watched(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		for await (const piece of content) {
			this.#mayGoOn();
			const now = this.#realm.clock.now();
			if (now - this.#heldAt > holdEveryMs) {
				this.#heldAt = now;
				await this.#job.hold();
			}
			yield piece;
		}
	}

	#mayGoOn(): void {
		if (this.#ended.aborted) throw new Error('It was interrupted, and goes on later.');
	}
}

export function infoOf({ info }: Pick<EntryRow, 'info'>): EntryInfo {
	return entryInfo.parse(JSON.parse(info));
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
	const encoder = new TextEncoder();
	let text = '';
	for await (const line of lines) {
		text += line;
		if (text.length < TOGETHER) continue;
		yield encoder.encode(text);
		text = '';
	}
	if (text !== '') yield encoder.encode(text);
}
