/** A hue in degrees that stays with a name: for people and spaces that nobody gave a colour. */
export function hueOf(name: string): number {
	return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
}
