/** A table as CSV (RFC 4180). */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
	return rows.map(writeCsvRow).join('');
}

/** Writes one row (RFC 4180), with its end. A text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV injection). */
export function writeCsvRow(cells: readonly (string | number)[]): string {
	return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: string | number): string {
	const text = String(cell);
	// Numbers of telephones begin with a plus and mean no harm.
	const safe = /^[=@\t\r]|^[+-](?![\d\s()./-]*$)/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
