/** The text with a box ticked, or not. @param at `NoteItem.box.at` */
export function tickedAt(text: string, at: number, ticked: boolean): string {
	if (text[at - 1] !== '[' || text[at + 1] !== ']' || !/[ xX]/.test(text[at] ?? '')) return text;
	return `${text.slice(0, at)}${ticked ? 'x' : ' '}${text.slice(at + 1)}`;
}
