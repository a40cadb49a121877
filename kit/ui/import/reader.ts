import { dividerOf, readCsv } from './csv.ts';
import { type Found, HEAD_LETTERS, type ImportFormat, isTrouble, type Item, type Mapping, type Trouble } from './format.ts';
import { inUtf8 } from './letters.ts';

/** What a page asks of the worker that reads. */
export type Asked =
	| { readonly ask: 'look'; readonly file: File }
	| { readonly ask: 'read'; readonly file: File; readonly format: string; readonly mapping: Mapping };

/** What a file is, and, of a table, what stands in it. */
export interface Looked {
	/** `null`: nobody knows it. */
	readonly format: string | null;
	readonly table: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly fields: readonly string[]; readonly mapping: Mapping } | null; // prettier-ignore
}

/** What the worker answers with. */
export type Answer<T> =
	| { readonly answer: 'looked'; readonly looked: Looked }
	| {
			readonly answer: 'found';
			readonly items: readonly Item<T>[];
			readonly troubles: readonly Trouble[];
			readonly bytes: number;
	  }
	| { readonly answer: 'done' }
	| { readonly answer: 'failed'; readonly message: string };

/** How many are told together. */
const TOGETHER = 100;

/** The other end of a worker, as far as reading needs it. */
export interface Port<T> {
	addEventListener(type: 'message', listener: (event: MessageEvent<Asked>) => void): void;
	postMessage(answer: Answer<T>): void;
}

/**
 * Serves the formats of an app in a worker.
 *
 * @example
 * serveFormats(self, contactFormats);
 */
export function serveFormats<T>(port: Port<T>, formats: readonly ImportFormat<T>[]): void {
	port.addEventListener('message', ({ data: asked }) => {
		const work =
			asked.ask === 'look'
				? look(asked.file, formats).then((looked) => port.postMessage({ answer: 'looked', looked }))
				: read(asked, formats, (answer) => port.postMessage(answer));
		work.catch((error: unknown) =>
			port.postMessage({ answer: 'failed', message: error instanceof Error ? error.message : String(error) }),
		);
	});
}

/** Looks what a file is. */
export async function look<T>(file: File, formats: readonly ImportFormat<T>[]): Promise<Looked> {
	const head = await headOf(file);
	const [best] = formats.map((format) => ({ format, sure: format.detect({ fileName: file.name.toLowerCase(), text: head }) })).toSorted((a, b) => b.sure - a.sure); // prettier-ignore
	if (!best || best.sure === 0) return { format: null, table: null };
	const { id, table } = best.format;
	if (!table) return { format: id, table: null };
	const rows: (readonly string[])[] = [];
	for await (const { cells } of readCsv(once(head), dividerOf(head))) if (rows.push(cells) > 5) break;
	const [columns = [], ...examples] = rows;
	return { format: id, table: { columns, rows: examples.slice(0, 4), fields: table.fields, mapping: table.guess(columns) } };
}

async function headOf(file: File): Promise<string> {
	const bytes = new Uint8Array(await file.slice(0, HEAD_LETTERS).arrayBuffer());
	const [first = new Uint8Array(0)] = await collected(inUtf8(once(bytes)));
	const text = new TextDecoder().decode(first);
	return text.includes('\uFFFD') ? new TextDecoder('windows-1252').decode(first) : text;
}

async function read<T>(
	{ file, format: id, mapping }: Extract<Asked, { ask: 'read' }>,
	formats: readonly ImportFormat<T>[],
	tell: (answer: Answer<T>) => void,
): Promise<void> {
	const format = formats.find((one) => one.id === id);
	if (!format) throw new Error(`There is no format ${id}.`);
	let bytes = 0;
	const counted = async function* (): AsyncGenerator<Uint8Array> {
		for await (const piece of piecesOf(file)) {
			bytes += piece.length;
			yield piece;
		}
	};
	let [items, troubles]: [Item<T>[], Trouble[]] = [[], []];
	const flush = () => {
		tell({ answer: 'found', items, troubles, bytes });
		[items, troubles] = [[], []];
	};
	for await (const found of format.read(inUtf8(counted()), mapping)) {
		keep(found, items, troubles);
		if (items.length + troubles.length >= TOGETHER) flush();
	}
	flush();
	tell({ answer: 'done' });
}

function keep<T>(found: Found<T>, items: Item<T>[], troubles: Trouble[]): void {
	if (isTrouble(found)) troubles.push(found);
	else items.push(found);
}

async function* piecesOf(file: Blob): AsyncGenerator<Uint8Array> {
	const reader = file.stream().getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		yield value;
	}
}

// oxlint-disable-next-line require-await -- who reads waits
async function* once<P>(piece: P): AsyncGenerator<P> {
	yield piece;
}

async function collected<P>(pieces: AsyncIterable<P>): Promise<P[]> {
	const all: P[] = [];
	for await (const piece of pieces) all.push(piece);
	return all;
}
