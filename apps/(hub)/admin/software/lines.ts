/** The lines of a text that say something. */
export function linesIn(text: string): string[] {
	return text
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean);
}
