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
	const raw = Buffer.from(bytes)
		.toString('latin1')
		.replaceAll(/(?:\r\n|\n|\r)[ \t]/g, '');
	return decoded(Buffer.from(raw, 'latin1')).split(/\r\n|\n|\r/);
}

/** UTF-8; what is none was written by old programs in Windows' letters. */
function decoded(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return new TextDecoder('windows-1252').decode(bytes);
	}
}

/** Reads one line. One that is none is kept as it is: whoever wrote it may know why. */
export function parseLine(line: string): ContentLine {
	const unreadable: ContentLine = { name: '', parameters: [], value: line };
	const name = /^[A-Za-z0-9.-]+(?=[;:])/.exec(line)?.[0];
	if (name === undefined) return unreadable;
	const parameters: Parameter[] = [];
	let at = name.length;
	while (line[at] === ';') {
		const parameter = /^;([A-Za-z0-9-]+)=/.exec(line.slice(at));
		if (!parameter) return unreadable;
		at += parameter[0].length;
		const values: string[] = [];
		for (;;) {
			const value = /^(?:"([^"]*)"|([^";:,]*))/.exec(line.slice(at))!;
			at += value[0].length;
			values.push(plain(value[1] ?? value[2] ?? ''));
			if (line[at] !== ',') break;
			at++;
		}
		parameters.push({ name: parameter[1]!, values });
	}
	return line[at] === ':' ? { name, parameters, value: line.slice(at + 1) } : unreadable;
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
	let part = '';
	let bytes = 0;
	for (const letter of line) {
		const length = Buffer.byteLength(letter);
		if (bytes + length > LONGEST) {
			parts.push(part);
			part = ' ';
			bytes = 1;
		}
		part += letter;
		bytes += length;
	}
	return [...parts, part].join('\r\n');
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
	return value.replaceAll(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));
}

/** The texts of a list, as of CATEGORIES. */
export function textsOf(value: string): string[] {
	const texts = [''];
	for (const piece of value.match(/\\[\s\S]|[\s\S]/gu) ?? [])
		if (piece === ',') texts.push('');
		else texts[texts.length - 1] += piece;
	return texts.map(textOf);
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
