import type { RecordId } from '@mana/model';
import { type Cell, decodeFrame, encodeFrame, ENGINE, type FrameOf, newDeviceId, placeKey } from '@mana/sync';
import { cellsOfChunk, decodeChunk } from '@mana/sync/snapshot/index';
import type { PackedChunk } from '@mana/sync/snapshot/packed';
import { rows } from './rows.ts';

/** Where a server of ours is, and a token to be let in. */
export interface Address {
	readonly url: string;
	readonly token: string;
	/** Of somebody else. */
	readonly tokenOfBen: string;
}

/** The server takes so many unknown sockets from one address (`MOST_STRANGERS_OF_ONE`); the others wait here for their turn. */
const strangers = { left: 400, waiting: [] as (() => void)[] };

/** It takes chunks, as browsers do. */
const schema = [{ collection: ENGINE.collection, version: 1 | ENGINE.takesSnapshots }];

/** A reader without a store: takes in every frame and keeps the last cell of each place. */
export class Visitor {
	readonly #rowOf: (id: RecordId) => number;
	readonly #cells = new Map<string, Cell>();
	readonly #records = new Set<RecordId>();
	/** Chunks that nobody has asked for a value of: as in a page, they stay packed until then. */
	#packed: PackedChunk[] = [];
	/** Cells of a checkpoint that is not complete. */
	#staged: Cell[] = [];
	/** What comes by DELTA waits for the chunks in front of it. */
	#chunks: Promise<void> = Promise.resolve();

	private constructor(rowOf: (id: RecordId) => number) {
		this.#rowOf = rowOf;
	}

	/** Comes in and sits down in the personal space. */
	static async arrive({ url, token }: Address, rowOf: (id: RecordId) => number): Promise<Visitor> {
		await turn();
		const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`);
		socket.binaryType = 'arraybuffer';
		const visitor = new Visitor(rowOf);
		const say = (frame: Parameters<typeof encodeFrame>[0]) => socket.send(encodeFrame(frame) as Uint8Array<ArrayBuffer>);
		await new Promise<void>((resolve, reject) => {
			const device = newDeviceId((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
			socket.addEventListener('open', () => say({ type: 'hello', token, device, clockMs: Date.now(), schema }));
			const lost = (error: unknown) => reject(error instanceof Error ? error : new Error(String(error)));
			socket.addEventListener('close', ({ code, reason }) => reject(new Error(`Closed: ${code} ${reason}`)));
			socket.addEventListener('message', ({ data }) => {
				const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
				if (frame.type === 'welcome') {
					leave();
					say({ type: 'sub', space: frame.personal, epoch: 0, seq: 0 });
				}
				if (frame.type === 'subbed') resolve();
				if (frame.type === 'snapshot') visitor.#chunks = visitor.#fetch(url, token, frame);
				if (frame.type === 'delta') visitor.#chunks.then(() => visitor.#take(frame.cells, frame.more)).catch(lost);
			});
		});
		return visitor;
	}

	size(): number {
		if (this.#cells.size > 0) this.#unpack();
		return this.#packed.reduce((sum, { count }) => sum + count, this.#records.size);
	}

	read(row: number, at: number): unknown {
		this.#unpack();
		for (const { record, field, value } of this.#cells.values())
			if (field === rows.fields[`f${at}` as 'f0'].number && this.#rowOf(record) === row) return value;
		return undefined;
	}

	*cells(): Iterable<[number, string, unknown]> {
		this.#unpack();
		for (const { record, field, value } of this.#cells.values()) {
			const name = names.get(field);
			if (name) yield [this.#rowOf(record), name, value];
		}
	}

	async #fetch(url: string, token: string, { space, chunks }: FrameOf<'snapshot'>): Promise<void> {
		const headers = { authorization: `Bearer ${token}` };
		const fetched = await Promise.all(chunks.map(({ hash }) => fetch(`${url}/chunks/${space}/${hash}`, { headers })));
		for (const response of fetched) {
			if (!response.ok) throw new Error(`A chunk: ${response.status}`);
			this.#packed.push(decodeChunk(new Uint8Array(await response.arrayBuffer())));
		}
	}

	/** What came by DELTA is newer. */
	#unpack(): void {
		for (const chunk of this.#packed.splice(0))
			for (const cell of cellsOfChunk(chunk)) {
				if (!this.#cells.has(placeKey(cell))) this.#cells.set(placeKey(cell), cell);
				this.#records.add(cell.record);
			}
	}

	#take(cells: readonly Cell[], more: boolean): void {
		this.#staged.push(...cells);
		if (more) return;
		for (const cell of this.#staged) {
			this.#cells.set(placeKey(cell), cell);
			this.#records.add(cell.record);
		}
		this.#staged = [];
	}
}

const names = new Map(Object.entries(rows.fields).map(([name, { number }]) => [number, name]));

async function turn(): Promise<void> {
	if (strangers.left === 0) await new Promise<void>((resolve) => strangers.waiting.push(resolve));
	else strangers.left--;
}

function leave(): void {
	const next = strangers.waiting.shift();
	if (next) next();
	else strangers.left++;
}
