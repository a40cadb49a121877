/**
 * Text as people search for it: without case and without marks on letters, also where the marks are part of the letter (ø, ł, đ), in one form
 * of Unicode (NFKD: full width is half width).
 */
export function fold(text: string): string {
	return text
		.normalize('NFKD')
		.toLowerCase()
		.normalize('NFKD')
		.replaceAll(/\p{M}/gu, '')
		.replaceAll(/[ßæœøłđðþıŋ]/g, (letter) => PLAIN[letter] ?? letter);
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
