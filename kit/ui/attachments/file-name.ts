/** Longest name in UTF-16 units: what a reference to a file may hold. */
const LONGEST = 255;

/**
 * Characters that lie about what stands around them or cannot be seen: control characters, and those that turn the direction of writing,
 * with which `gpj.exe` is made to look like `exe.jpg`.
 */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/**
 * The name of a file as we keep, show and save it: no way to another folder, nothing that hides or lies, never empty, its ending kept when
 * it is cut. Names that others wrote go through it too before they are shown.
 *
 * @param fallback what a file is called that has no name
 */
export function fileName(given: string, fallback: string): string {
	const last = given.normalize('NFC').toWellFormed().split(/[/\\]/).at(-1)!;
	const clean = last.replaceAll(HIDDEN, '').replaceAll(/\s+/g, ' ').trim();
	if (/^\.*$/.test(clean)) return fallback;
	return clean.length <= LONGEST ? clean : shortened(clean);
}

function shortened(name: string): string {
	const ending = /\.[^.\s]{1,16}$/.exec(name)?.[0] ?? '';
	return name.slice(0, LONGEST - ending.length).replace(/[\ud800-\udbff]$/, '') + ending;
}
