/** One row of a table. */
export interface CsvRow {
	/** The line of the file that it begins in, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
}

/** What divides cells, by what people use. */
const dividers = [',', ';', '\t', '|'] as const;

/** Cells of one row, and letters of one cell, at most: more is no table. */
export const csvLimits = { cells: 1_000, letters: 1_000_000 } as const;

/** What divides the cells of a table, by its first row. */
export function dividerOf(head: string): string {
	const [row = ''] = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(head.replace(/^\uFEFF/, '')) ?? [];
	const bare = row.replaceAll(/"(?:[^"]|"")*"/g, '');
	const counts = dividers.map((divider) => bare.split(divider).length);
	return dividers[counts.indexOf(Math.max(...counts))] ?? ',';
}

/**
 * Reads CSV (RFC 4180) as it comes, also as programs write it: other dividers, other ends of lines, a mark of the order of bytes, quotes in cells
 * that do not begin with one. Rows without anything in them are passed over.
 */
export async function* readCsv(letters: AsyncIterable<string>, divider?: string): AsyncGenerator<CsvRow> {
	let between = divider;
	let [cells, cell, quoted, ended] = [[] as string[], '', false, false];
	let [line, begun, started, before] = [1, 1, false, ''];
	const row = (): CsvRow | null => {
		const whole = { line: begun, cells: [...cells, cell] };
		[cells, cell, ended] = [[], '', false];
		return whole.cells.some((one) => one.trim() !== '') ? whole : null;
	};
	for await (const piece of letters) {
		const text = started ? piece : piece.replace(/^\uFEFF/, '');
		if (text !== '') started = true;
		between ??= text === '' ? undefined : dividerOf(text);
		for (const letter of text) {
			const isEnd = letter === '\n' || letter === '\r';
			if (isEnd && !(letter === '\n' && before === '\r')) line++;
			if (quoted) {
				// A quote ends the cell, unless a second one follows.
				if (letter === '"') [quoted, ended] = [false, true];
				else if (cell.length < csvLimits.letters) cell += letter;
			} else if (letter === '"' && ended) {
				cell += '"';
				[quoted, ended] = [true, false];
			} else if (letter === '"' && cell === '') quoted = true;
			else if (letter === between) {
				if (cells.length < csvLimits.cells) cells.push(cell);
				[cell, ended] = ['', false];
			} else if (isEnd) {
				const whole = letter === '\n' && before === '\r' ? null : row();
				if (whole) yield whole;
				begun = line;
			} else if (cell.length < csvLimits.letters) cell += letter;
			before = letter;
		}
	}
	const last = row();
	if (last) yield last;
}
