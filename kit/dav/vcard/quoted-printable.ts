/** Reads quoted-printable (RFC 2045 §6.7), soft ends of lines already undone. What is no escape stays as it is. */
export function readQuotedPrintable(bytes: Uint8Array): Uint8Array {
	const read = new Uint8Array(bytes.length);
	let length = 0;
	for (let at = 0; at < bytes.length; at++) {
		const [high, low] = bytes[at] === EQUALS ? [hex(bytes[at + 1]), hex(bytes[at + 2])] : [-1, -1];
		if (high < 0 || low < 0) read[length++] = bytes[at]!;
		else {
			read[length++] = high * 16 + low;
			at += 2;
		}
	}
	return read.subarray(0, length);
}

const EQUALS = 61;

function hex(byte: number | undefined): number {
	if (byte === undefined) return -1;
	if (byte >= 48 && byte <= 57) return byte - 48;
	const letter = byte | 32;
	return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** Longest line, with the `=` that goes on in the next one. */
const LONGEST = 76;

/** Writes quoted-printable in lines. @param used letters that already stand in the first line */
export function writeQuotedPrintable(text: string, used: number): string {
	const lines: string[] = [];
	let line = '';
	for (const byte of new TextEncoder().encode(text)) {
		const plain = byte >= 32 && byte <= 126 && byte !== EQUALS;
		const piece = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
		const room = LONGEST - 1 - (lines.length === 0 ? used : 0);
		if (line.length + piece.length > room && line !== '') {
			lines.push(`${line}=`);
			line = '';
		}
		line += piece;
	}
	// A blank at the end would be lost on the way (§6.7, rule 3).
	lines.push(line.endsWith(' ') ? `${line.slice(0, -1)}=20` : line);
	return lines.join('\r\n');
}
