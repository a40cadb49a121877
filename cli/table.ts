/** Lays rows out in columns two spaces apart, each as wide as its widest cell; no space at the end of a line. */
export function table(rows: readonly (readonly string[])[]): string[] {
	const widths = rows.reduce<number[]>(
		(widths, row) => row.map((cell, column) => Math.max(cell.length, widths[column] ?? 0)),
		[],
	);
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}
