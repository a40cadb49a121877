import type { Sources } from '../house.ts';
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

const ports = new RegExp(
	`(?<![\\w.]|RFC )(?:${services.flatMap((row) => row.ports.map(({ port }) => port)).join('|')})(?!\\w)`,
	'g',
);

/**
 * Numbers of the port schema outside `schema/`. Quantities that happen to be one are written with a separator (`5_000`), and the
 * number of an RFC is no port.
 */
export function portLiterals(sources: Sources, allowed: readonly Allowed[] = []): LiteralFinding[] {
	return [...sources]
		.filter(([path]) => !path.startsWith('schema/'))
		.flatMap(([path, text]) => matches(path, text, ports))
		.filter((found) => !allowed.some(({ path, literal }) => path === found.path && literal === found.literal));
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
