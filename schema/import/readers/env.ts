import { serviceMeant } from '../names.ts';
import { statementsOf } from '../settings.ts';
import { fileName, foldersOf, type Reader, type Statement } from '../statement.ts';
import { substituted, variablesIn } from '../variables.ts';

/** A line of an environment file. */
export interface Defined {
	readonly variable: string;
	readonly value: string;
	readonly line: number;
	/** In single quotes nothing is replaced. */
	readonly isLiteral: boolean;
}

const line = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;

export const env: Reader = {
	name: 'env',
	reads: 'environment files: ports and addresses in their values, variables that they use',
	fits: ({ path }) => /^\.?env(\..+)?$|\.env(\..+)?$/.test(fileName(path)),
	read({ path: file, text }, context) {
		const defined = definitionsIn(text);
		const own = new Map(defined.map(({ variable, value }) => [variable, value]));
		const valueOf = (variable: string): string | undefined => own.get(variable) ?? context.valueOf(variable, file);
		const [folder = null, service = null] =
			foldersOf(file)
				.map((name) => [name, serviceMeant(name)])
				.find(([, found]) => found !== null) ?? [];
		const owner = { name: folder, service, inside: false, neighbours: new Map<string, string | null>() };
		return defined.flatMap(({ variable, value, line, isLiteral }): Statement[] => [
			{ kind: 'defines', file, line, variable, value },
			...(isLiteral ? [] : variablesIn(value)).flatMap(({ variable, fallback, guarded }): Statement[] =>
				guarded ? [] : [{ kind: fallback === null ? 'uses' : 'fallback', file, line, variable, value: fallback ?? '' }],
			),
			...statementsOf({ variable, value: isLiteral ? value : substituted(value, valueOf), file, line }, owner),
		]);
	},
};

/** The settings of an environment file. A comment begins with `#`, after a value only where a space stands before it. */
export function definitionsIn(text: string): Defined[] {
	const rows = text.split(/\r?\n/);
	let next = 0;
	return rows.flatMap((row, index) => {
		const [, variable, rest = ''] = index < next ? [] : (line.exec(row) ?? []);
		if (variable === undefined) return [];
		const quoted = /^(["'`])(.*?)\1/.exec(rest) ?? severalLines([rest, ...rows.slice(index + 1)]);
		next = index + (quoted?.[0].split('\n').length ?? 1);
		const value = quoted?.[2] ?? rest.replace(/(^|\s)#.*$/, '').trim();
		return [{ variable, value, line: index + 1, isLiteral: quoted?.[1] === "'" }];
	});
}

/** A value that begins with a quote goes on until a line ends with that quote; where none does, the quote was a letter. */
function severalLines([first = '', ...more]: readonly string[]): RegExpExecArray | null {
	if (!/^["'`]/.test(first)) return null;
	return /^(["'`])([\s\S]*?)\1(?=[^\S\n]*(?:#.*)?(?:\n|$))/.exec([first, ...more].join('\n'));
}
