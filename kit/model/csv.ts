/**
 * A table as CSV (RFC 4180), each line ended by CRLF. A text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV
 * injection).
 */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
	return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number): string {
	const text = String(value);
	const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
