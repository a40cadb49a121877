import type { RecordId } from '@mana/model';
import { type Cell, decodeFrame, encodeFrame, newDeviceId, placeKey } from '@mana/sync';
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

/** A reader without a store: takes in every frame and keeps the last cell of each place. */
export class Visitor {
	readonly #rowOf: (id: RecordId) => number;
	readonly #cells = new Map<string, Cell>();
	readonly #records = new Set<RecordId>();
	/** Cells of a checkpoint that is not complete. */
	#staged: Cell[] = [];

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
			socket.addEventListener('open', () => say({ type: 'hello', token, device, clockMs: Date.now(), schema: [] }));
			socket.addEventListener('close', ({ code, reason }) => reject(new Error(`Closed: ${code} ${reason}`)));
			socket.addEventListener('message', ({ data }) => {
				const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
				if (frame.type === 'welcome') {
					leave();
					say({ type: 'sub', space: frame.personal, epoch: 0, seq: 0 });
				}
				if (frame.type === 'subbed') resolve();
				if (frame.type === 'delta') visitor.#take(frame.cells, frame.more);
			});
		});
		return visitor;
	}

	size(): number {
		return this.#records.size;
	}

	read(row: number, at: number): unknown {
		for (const { record, field, value } of this.#cells.values())
			if (field === rows.fields[`f${at}` as 'f0'].number && this.#rowOf(record) === row) return value;
		return undefined;
	}

	*cells(): Iterable<[number, string, unknown]> {
		for (const { record, field, value } of this.#cells.values()) {
			const name = names.get(field);
			if (name) yield [this.#rowOf(record), name, value];
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
