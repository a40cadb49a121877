import { fold } from '@mana/model';

/**
 * What a word sounds like, by the Cologne phonetics (Postel 1969), which was made for German and does well with English names: Meier, Maier,
 * Mayr and Meyer are one. Empty where there is no Latin letter.
 */
export function soundOf(word: string): string {
	const letters = fold(word.replaceAll(/[äÄ]/g, 'e').replaceAll(/[öÖ]/g, 'o').replaceAll(/[üÜ]/g, 'u')).replaceAll(/[^a-z]/g, '');
	let code = '';
	for (let at = 0; at < letters.length; at++) code += codeOf(letters, at);
	const short = code.replaceAll(/(\d)\1+/g, '$1');
	return short.slice(0, 1) + short.slice(1).replaceAll('0', '');
}

function codeOf(letters: string, at: number): string {
	const [before, letter, after] = [letters[at - 1] ?? '', letters[at] ?? '', letters[at + 1] ?? ''];
	switch (letter) {
		case 'h':
			return '';
		case 'b':
			return '1';
		case 'p':
			return after === 'h' ? '3' : '1';
		case 'd':
		case 't':
			return 'csz'.includes(after) && after !== '' ? '8' : '2';
		case 'f':
		case 'v':
		case 'w':
			return '3';
		case 'g':
		case 'k':
		case 'q':
			return '4';
		case 'c':
			return hardC(before, after, at === 0) ? '4' : '8';
		case 'x':
			return 'ckq'.includes(before) && before !== '' ? '8' : '48';
		case 'l':
			return '5';
		case 'm':
		case 'n':
			return '6';
		case 'r':
			return '7';
		case 's':
		case 'z':
			return '8';
		default:
			return '0'; // a vowel, j, y
	}
}

function hardC(before: string, after: string, first: boolean): boolean {
	if (first) return after !== '' && 'ahkloqrux'.includes(after);
	return !(before !== '' && 'sz'.includes(before)) && after !== '' && 'ahkoqux'.includes(after);
}
