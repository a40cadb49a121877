/** A table whose columns line up in the source too. A bar would end a cell, and `<` would begin a tag: both are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')));
	const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => [...(row[column] ?? '')].length)));
	const line = (row: readonly string[]) => `| ${widths.map((width, column) => padded(row[column] ?? '', width)).join(' | ')} |`;
	const [first = [], ...rest] = cells;
	return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
}

/** `` `todo-web` `` */
export function code(text: string | number): string {
	return `\`${text}\``;
}

/** `` `a`, `b` and `c` ``; a dash for none. */
export function listed(names: readonly (string | number)[]): string {
	const marked = names.map(code);
	if (marked.length < 2) return marked[0] ?? '-';
	return `${marked.slice(0, -1).join(', ')} and ${marked.at(-1)}`;
}

export function bullets(lines: readonly string[]): string {
	return lines.map((line) => `- ${line}`).join('\n');
}

/** Parts of a document, with an empty line between them. Empty parts leave no trace. */
export function parts(...texts: readonly string[]): string {
	return texts.filter((text) => text !== '').join('\n\n');
}

function padded(text: string, width: number): string {
	return text + ' '.repeat(width - [...text].length);
}
