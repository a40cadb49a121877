/**
 * Text as people search for it: without case and without marks on letters, also where the marks are part of the letter (ø, ł, đ), in one form
 * of Unicode (NFKD: full width is half width).
 */
export function fold(text: string): string {
	// Of most texts nothing but the case has to go.
	if (ASCII.test(text)) return text.toLowerCase();
	return text
		.normalize('NFKD')
		.toLowerCase()
		.normalize('NFKD')
		.replaceAll(/\p{M}/gu, '')
		.replaceAll(/[ßæœøłđðþıŋ]/g, (letter) => PLAIN[letter] ?? letter);
}

// oxlint-disable-next-line no-control-regex -- all of ASCII, as it is defined
const ASCII = /^[\0-\x7f]*$/;

/**
 * Folded texts of rows, each made once: rows never change, a new state of a record is a new row.
 *
 * @example
 * const textOf = foldedBy<Task>(({ title, notes }) => [title, notes]);
 */
export function foldedBy<R extends object>(textsOf: (row: R) => readonly string[]): (row: R) => string {
	const made = new WeakMap<R, string>();
	return (row) => {
		let text = made.get(row);
		if (text === undefined) made.set(row, (text = fold(textsOf(row).join('\n'))));
		return text;
	};
}

/** Letters that Unicode takes for letters of their own, as somebody without them on the keyboard types them. */
const PLAIN: Readonly<Record<string, string>> = {
	ß: 'ss',
	æ: 'ae',
	œ: 'oe',
	ø: 'o',
	ł: 'l',
	đ: 'd',
	ð: 'd',
	þ: 'th',
	ı: 'i',
	ŋ: 'n',
};
