import type { Sources } from '../house.ts';
import { ranges } from '../ranges.ts';
import { services } from '../services.ts';

/** Something that stands outside its one home. */
export interface LiteralFinding {
	readonly path: string;
	/** Counted from 1. */
	readonly line: number;
	readonly literal: string;
}

/** A literal that may stand where it stands. */
export interface Allowed {
	readonly path: string;
	readonly literal: string;
	readonly reason: string;
}

/** The numbers that the schema gives out or keeps: those of all rows, and every slot of the backend and front-end ranges. */
const schemaPorts = new Set<number>([
	...services.flatMap((row) => row.ports.map(({ port }) => port)),
	...ranges
		.flatMap((range) => range.reserved)
		.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, step) => from + step)),
]);

/** A number as people and JavaScript write it, but not within a word, a longer number, or as the number of an RFC. */
const numbers = /(?<![\w.#-]|RFC |rfc)(?:0x[\da-f]+|0o[0-7]+|0b[01]+|\d+(?:\.\d+)?e\d+|\d{4,5})(?![\w.]*\w)/gi;

/** Any port behind a host name or an address, also one that no row has. */
const addresses = /(?:localhost|\b127(?:\.\d+){3}|\b0\.0\.0\.0|\[::1?\]|host\.docker\.internal):(\d{2,5})(?!\w)/g;

/** Written out, or put together: `'30' + '01'`, `3000 + 1`. */
const sums = /(?<![\w.])(\d{4,5}) *\+ *(\d{1,3})(?![\w.])|(['"`])(\d{1,3})\3 *\+ *(['"`])(\d{1,3})\5/g;

/**
 * Numbers of the port schema outside `schema/`, in code, configuration, documents and tests, however they are spelt; and any port
 * that an address states. A quantity that happens to be one is written with a separator (`5_000`); the number of an RFC is no port.
 *
 * @param generated paths of files that are made from the schema, where its numbers belong
 */
export function portLiterals(
	sources: Sources,
	{
		allowed = [],
		generated = new Set(),
	}: { readonly allowed?: readonly Allowed[]; readonly generated?: ReadonlySet<string> } = {},
): LiteralFinding[] {
	return [...sources]
		.filter(([path]) => !path.startsWith('schema/') && !generated.has(path))
		.flatMap(([path, text]) => portsIn(path, text))
		.filter((found) => !allowed.some(({ path, literal }) => path === found.path && literal === found.literal));
}

function portsIn(path: string, text: string): LiteralFinding[] {
	const found = [
		...matches(path, text, numbers).filter(({ literal }) => schemaPorts.has(Number(literal))),
		...matches(path, text, addresses).filter(({ literal }) => !schemaPorts.has(Number(literal.split(':').at(-1)))),
		...matches(path, text, sums).filter(({ literal }) => schemaPorts.has(valueOf(literal))),
	];
	return found.sort((a, b) => a.line - b.line);
}

function valueOf(sum: string): number {
	const parts = sum.split('+').map((part) => part.trim());
	return /^['"`]/.test(sum)
		? Number(parts.map((part) => part.slice(1, -1)).join(''))
		: parts.reduce((all, part) => all + Number(part), 0);
}

const named =
	'white|black|red|green|blue|yellow|orange|purple|pink|brown|gr[ae]y|silver|gold|navy|teal|cyan|magenta|lime|maroon|olive|aqua|fuchsia|crimson|tomato|salmon|coral|indigo|violet';
const coloured = '(?:[\\w-]*color|background(?:-image)?|border[\\w-]*|outline|fill|stroke|box-shadow|text-shadow|--[\\w-]+)';

/** Hexadecimal, functional and named colours. A colour made `from` a token is none; neither is one mixed from tokens. */
const colours = new RegExp(
	[
		'#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\\w-])',
		'\\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\\((?!\\s*from\\b)',
		`(?<=(?:^|[\\s;{"'])${coloured}\\s*[:=][^;{}\\n]*?[\\s:"',(])(?:${named})(?![\\w(-])`,
	].join('|'),
	'gi',
);

/** Colours in style sheets and components outside `kit/ui/tokens/`. */
export function colourLiterals(sources: Sources, allowed: readonly Allowed[] = []): LiteralFinding[] {
	return [...sources]
		.filter(([path]) => /\.(svelte|css)$/.test(path) && !path.startsWith('kit/ui/tokens'))
		.flatMap(([path, text]) => matches(path, path.endsWith('.svelte') ? styledParts(text) : withoutComments(text), colours))
		.filter((found) => !allowed.some(({ path, literal }) => path === found.path && literal === found.literal));
}

/** A component with all but its styles blanked, so that lines keep their numbers: `<style>`, and attributes that take colours. */
function styledParts(text: string): string {
	const kept = [
		...text.matchAll(
			/<style[^>]*>[\s\S]*?<\/style>|\b(?:style(?::[\w-]+)?|fill|stroke|color|stop-color)=(?:"[^"]*"|'[^']*'|\{[^}]*\})/g,
		),
	];
	let blank = text.replace(/[^\n]/g, ' ');
	for (const { 0: part, index } of kept) blank = blank.slice(0, index) + withoutComments(part) + blank.slice(index + part.length);
	return blank;
}

function withoutComments(css: string): string {
	return css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
}

function matches(path: string, text: string, pattern: RegExp): LiteralFinding[] {
	return [...text.matchAll(pattern)].map(({ 0: literal, index }) => ({
		path,
		line: text.slice(0, index).split('\n').length,
		literal,
	}));
}
