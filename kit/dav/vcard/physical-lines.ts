const [LF, CR] = [10, 13];

/** The lines of a file as they stand, whatever ends them. Nothing is copied. */
export function physicalLines(bytes: Uint8Array): Uint8Array[] {
	const lines: Uint8Array[] = [];
	let from = 0;
	for (let at = 0; at < bytes.length; at++) {
		if (bytes[at] !== LF && bytes[at] !== CR) continue;
		lines.push(bytes.subarray(from, at));
		if (bytes[at] === CR && bytes[at + 1] === LF) at++;
		from = at + 1;
	}
	if (from < bytes.length) lines.push(bytes.subarray(from));
	return lines;
}

/** The first bytes of a line as letters, each byte one. */
export function asciiOf(line: Uint8Array): string {
	return String.fromCharCode(...line.subarray(0, 200));
}

/** Whether a line is `BEGIN:VCARD` or `END:VCARD`, with a group, a byte order mark or blanks around it. */
export function markIn(line: Uint8Array): 'BEGIN' | 'END' | null {
	if (line.length >= 100 || line.length < 9) return null;
	const mark = /^(?:\u00EF\u00BB\u00BF)?\s*(?:[\w-]+\.)?(BEGIN|END)\s*:\s*VCARD\s*$/i.exec(asciiOf(line))?.[1];
	return mark === undefined ? null : mark.toUpperCase() === 'BEGIN' ? 'BEGIN' : 'END';
}

/** Whether a line says that a card in this card comes next (vCard 2.1). */
export function isAgent(line: Uint8Array): boolean {
	return line.length < 100 && /^\s*(?:[\w-]+\.)?AGENT[^:]*:\s*$/i.test(asciiOf(line));
}
