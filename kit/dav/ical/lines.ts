/** A line of iCalendar or vCard (RFC 5545 §3.1): a name, parameters, and a value as it stands, still escaped. */
export interface ContentLine {
	/** As it was written; compare with `nameOf`. Of a line that cannot be read it is empty, and `value` is all of it. */
	readonly name: string;
	readonly parameters: readonly Parameter[];
	readonly value: string;
}

export interface Parameter {
	readonly name: string;
	/** Without quotes, and with RFC 6868 undone. */
	readonly values: readonly string[];
}

/** The lines of a file, unfolded. Folds are undone before letters are made, since old programs cut letters apart. */
export function unfold(bytes: Uint8Array): string[] {
	return lettersOf(joined(bytes)).split(/\r\n|\n|\r/);
}

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

function joined(bytes: Uint8Array): Uint8Array {
	const kept = new Uint8Array(bytes.length);
	let length = 0;
	for (let at = 0; at < bytes.length;) {
		const end = bytes[at] === CR && bytes[at + 1] === LF ? 2 : bytes[at] === CR || bytes[at] === LF ? 1 : 0;
		const after = bytes[at + end];
		if (end > 0 && (after === SPACE || after === TAB)) at += end + 1;
		else kept[length++] = bytes[at++]!;
	}
	return kept.subarray(0, length);
}

/** UTF-8; what is none was written by old programs in Windows' letters. */
export function lettersOf(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return new TextDecoder('windows-1252').decode(bytes);
	}
}

/**
 * Reads one line. One that is none is kept as it is: whoever wrote it may know why.
 *
 * @param bare what a parameter without a name is a value of, as vCard 2.1 has them (`TEL;HOME:`); without it such a line cannot be read
 */
export function parseLine(line: string, bare?: (value: string) => string): ContentLine {
	const unreadable: ContentLine = { name: '', parameters: [], value: line };
	const name = /^[A-Za-z0-9_.-]+(?=[;:])/.exec(line)?.[0];
	if (name === undefined) return unreadable;
	const parameters: Parameter[] = [];
	let at = name.length;
	while (line[at] === ';') {
		const parameter = matchAt(/;([A-Za-z0-9_-]+)=/y, line, at);
		if (!parameter) {
			const alone = bare && matchAt(/;([^";:,=]*)/y, line, at);
			if (!alone) return unreadable;
			at += alone[0].length;
			if (alone[1] !== '') parameters.push({ name: bare(alone[1]!), values: [alone[1]!] });
			continue;
		}
		at += parameter[0].length;
		const values: string[] = [];
		for (;;) {
			const value = matchAt(/(?:"([^"]*)"|([^";:,]*))/y, line, at)!;
			at += value[0].length;
			values.push(plain(value[1] ?? value[2] ?? ''));
			if (line[at] !== ',') break;
			at++;
		}
		parameters.push({ name: parameter[1]!, values });
	}
	return line[at] === ':' ? { name, parameters, value: line.slice(at + 1) } : unreadable;
}

/** Matches at a place, without a copy of what follows: a photo is one line. */
function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
	sticky.lastIndex = at;
	return sticky.exec(text);
}

/** Longest line in bytes, without its end (§3.1). */
const LONGEST = 75;

/** Writes one line, folded between letters. */
export function writeLine({ name, parameters, value }: ContentLine): string {
	if (name === '') return folded(value);
	const said = parameters.map((parameter) => `;${parameter.name}=${parameter.values.map(quoted).join(',')}`).join('');
	return folded(`${name}${said}:${value}`);
}

function folded(line: string): string {
	const parts: string[] = [];
	let from = 0;
	let bytes = 0;
	for (let at = 0; at < line.length;) {
		const point = line.codePointAt(at)!;
		const length = point < 0x80 ? 1 : point < 0x8_00 ? 2 : point < 0x1_00_00 ? 3 : 4;
		if (bytes + length > LONGEST) {
			parts.push(line.slice(from, at));
			from = at;
			bytes = 1;
		}
		at += point > 0xff_ff ? 2 : 1;
		bytes += length;
	}
	return [...parts, line.slice(from)].join('\r\n ');
}

/** The name as names are compared. */
export function nameOf({ name }: Pick<ContentLine, 'name'>): string {
	return name.toUpperCase();
}

/** The first value of a parameter. */
export function parameterOf({ parameters }: Pick<ContentLine, 'parameters'>, name: string): string | undefined {
	return parameters.find((one) => one.name.toUpperCase() === name)?.values[0];
}

/** A value of type TEXT as people read it (§3.3.11). */
export function textOf(value: string): string {
	return value.replaceAll(/\\([\\;,:nN])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));
}

/** The texts of a list, as of CATEGORIES. */
export function textsOf(value: string): string[] {
	const texts = [''];
	for (const piece of value.match(/\\[\s\S]|[\s\S]/gu) ?? [])
		if (piece === ',') texts.push('');
		else texts[texts.length - 1] += piece;
	return texts.map(textOf);
}

/** Whether two lists of names, as of CATEGORIES, say the same, whatever their order and case. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
	const folded = (names: readonly string[]) => names.map((name) => name.toLowerCase()).toSorted();
	return folded(a).join('\n') === folded(b).join('\n');
}

/** Text as a value. What has no place in a file (control characters) is left out. */
export function escapeText(text: string): string {
	return (
		text
			.toWellFormed()
			.replaceAll(/\r\n|\r/g, '\n')
			// oxlint-disable-next-line no-control-regex -- they are what is left out
			.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
			.replaceAll(/[\\;,\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
	);
}

/** RFC 6868. */
function plain(value: string): string {
	return value.replaceAll(/\^([n^'])/g, (_, character: string) => (character === 'n' ? '\n' : character === "'" ? '"' : '^'));
}

function quoted(value: string): string {
	const safe = value.replaceAll('^', '^^').replaceAll('\n', '^n').replaceAll('"', "^'");
	return /[;:,]/.test(safe) ? `"${safe}"` : safe;
}
