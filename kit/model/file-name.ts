/** Letters of a name at most: systems take 255 bytes, and endings come behind it. */
const LONGEST = 80;

/** A text as a name that every system takes for a file. */
export function fileNameOf(text: string): string {
	const plain = [...text.toWellFormed().normalize('NFC')]
		.map((letter) => (/[\p{C}\\/:*?"<>|]/u.test(letter) ? '_' : letter))
		.slice(0, LONGEST)
		.join('')
		.replace(/^[\s.]+|[\s.]+$/g, '');
	return plain === '' ? 'file' : plain;
}
