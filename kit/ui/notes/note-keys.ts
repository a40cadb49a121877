/** A text that is being edited, and what of it is selected. */
export interface Edited {
	readonly text: string;
	readonly from: number;
	readonly to: number;
}

/** Marks around words: bold, italics, code. */
export type Mark = '**' | '_' | '`';

const ITEM = /^([ \t]*(?:> ?)*)([-*+]|(\d{1,9})([.)]))([ \t]+)(\[[ xX]\][ \t]+)?/;
const QUOTE = /^[ \t]*(?:> ?)+/;

/** Puts marks around what is selected, or takes them away. Spaces at its ends stay outside. */
export function marked({ text, from, to }: Edited, mark: Mark): Edited {
	const { length } = mark;
	const around = text.slice(from - length, from) === mark && text.slice(to, to + length) === mark;
	if (around && from >= length)
		return {
			text: text.slice(0, from - length) + text.slice(from, to) + text.slice(to + length),
			from: from - length,
			to: to - length,
		};
	const chosen = text.slice(from, to);
	if (chosen.length > 2 * length && chosen.startsWith(mark) && chosen.endsWith(mark))
		return { text: text.slice(0, from) + chosen.slice(length, -length) + text.slice(to), from, to: to - 2 * length };
	const [start, end] = [from + (chosen.length - chosen.trimStart().length), from + chosen.trimEnd().length];
	const [first, last] = chosen.trim() === '' ? [from, from] : [start, end];
	return {
		text: text.slice(0, first) + mark + text.slice(first, last) + mark + text.slice(last),
		from: first + length,
		to: last + length,
	};
}

/** Makes a link of what is selected: its words, or where it leads, whichever is missing is selected then. */
export function linked({ text, from, to }: Edited): Edited {
	const chosen = text.slice(from, to).trim();
	if (/^(?:https?:\/\/|mailto:)\S+$/i.test(chosen))
		return { text: `${text.slice(0, from)}[](${chosen})${text.slice(to)}`, from: from + 1, to: from + 1 };
	const made = `[${chosen}](https://)`;
	const at = from + chosen.length + 3;
	return { text: text.slice(0, from) + made + text.slice(to), from: at, to: at + 'https://'.length };
}

/** Makes the chosen lines begin with a sign, or takes it from them where all have it. */
export function begun({ text, from, to }: Edited, sign: '- ' | '- [ ] ' | '> ' | '# '): Edited {
	const start = text.lastIndexOf('\n', from - 1) + 1;
	const end = text.indexOf('\n', Math.max(to, start)) < 0 ? text.length : text.indexOf('\n', Math.max(to, start));
	const lines = text.slice(start, end).split('\n');
	const all = lines.every((line) => line.startsWith(sign));
	const now = lines.map((line) => (all ? line.slice(sign.length) : sign + line.replace(sign === '# ' ? /^#{1,6} / : sign === '> ' ? /^$/ : ITEM, ''))); // prettier-ignore
	const made = now.join('\n');
	const caret = start + made.length;
	return { text: text.slice(0, start) + made + text.slice(end), from: from === to ? caret : start, to: caret };
}

/** What Enter does in a list or a quote: the next line begins as this one; an entry without words ends the list. `null`: nothing special. */
export function continued({ text, from, to }: Edited): Edited | null {
	if (from !== to) return null;
	const start = text.lastIndexOf('\n', from - 1) + 1;
	const line = text.slice(start, text.indexOf('\n', from) < 0 ? text.length : text.indexOf('\n', from));
	const item = ITEM.exec(line);
	const quote = item ? null : QUOTE.exec(line);
	const head = item?.[0] ?? quote?.[0];
	if (head === undefined || from < start + head.length) return null;
	if (line.slice(head.length).trim() === '')
		return { text: text.slice(0, start) + text.slice(start + line.length), from: start, to: start };
	const next = item
		? `${item[1]}${item[3] === undefined ? item[2] : `${Number(item[3]) + 1}${item[4]}`}${item[5]}${item[6] ? '[ ] ' : ''}`
		: head;
	return { text: `${text.slice(0, from)}\n${next}${text.slice(from)}`, from: from + 1 + next.length, to: from + 1 + next.length };
}
