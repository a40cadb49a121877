import { addressesIn, isSelf } from '../addresses.ts';
import { serviceMeant } from '../names.ts';
import { statementsOf } from '../settings.ts';
import { fileName, foldersOf, portStatement, type Reader, type Statement } from '../statement.ts';
import { substituted } from '../variables.ts';

export const dockerfile: Reader = {
	name: 'dockerfile',
	reads: 'a Dockerfile: EXPOSE, HEALTHCHECK and ENV PORT. Whose it is says its folder',
	fits: ({ path }) => /^(Dockerfile|Containerfile)(\..+)?$|\.Dockerfile$/.test(fileName(path)),
	read({ path: file, text }) {
		const name = foldersOf(file).find((folder) => serviceMeant(folder) !== null) ?? foldersOf(file)[0] ?? fileName(file);
		const service = serviceMeant(name);
		const variables = new Map<string, string>();
		return instructionsIn(text).flatMap(({ word, rest, line }): Statement[] => {
			const filled = substituted(rest, (variable) => variables.get(variable));
			const own = (port: number, transport: 'tcp' | 'udp' = 'tcp') =>
				portStatement({ file, line, says: 'states', service, name, port, transport, inside: true });
			if (word === 'ENV' || word === 'ARG') {
				const set = settingsIn(filled);
				for (const [variable, value] of set) variables.set(variable, value);
				return set.flatMap(([variable, value]) => {
					if (variable === 'PORT') return Number(value) > 0 ? [own(Number(value))] : [];
					return statementsOf({ variable, value, file, line }, { name, service, inside: true, neighbours: new Map() });
				});
			}
			if (word === 'EXPOSE')
				return filled.split(/\s+/).flatMap((part) => {
					const [port = '', transport] = part.split('/');
					return Number(port) > 0 ? [own(Number(port), transport === 'udp' ? 'udp' : 'tcp')] : [];
				});
			if (word !== 'HEALTHCHECK') return [];
			return filled
				.split(/[\s"',]+/)
				.flatMap(addressesIn)
				.flatMap(({ host, port }) => (isSelf(host) && port !== null ? [own(port)] : []));
		});
	},
};

function instructionsIn(text: string): { readonly word: string; readonly rest: string; readonly line: number }[] {
	const found: { word: string; rest: string; line: number }[] = [];
	let open = false;
	for (const [index, row] of text.split(/\r?\n/).entries()) {
		if (/^\s*(#|$)/.test(row)) continue;
		const body = row.replace(/\\\s*$/, '');
		const last = found.at(-1);
		if (open && last) last.rest += ` ${body.trim()}`;
		else {
			const [, word = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(body) ?? [];
			found.push({ word: word.toUpperCase(), rest: rest.trim(), line: index + 1 });
		}
		open = /\\\s*$/.test(row);
	}
	return found;
}

/** `PORT=3001 HOST=x`, or the old form `PORT 3001`. */
function settingsIn(text: string): [variable: string, value: string][] {
	const pairs = [...text.matchAll(/(\w+)=("[^"]*"|'[^']*'|\S*)/g)].map(([, variable = '', value = '']): [string, string] => [
		variable,
		value.replace(/^["']|["']$/g, ''),
	]);
	if (pairs.length > 0) return pairs;
	const [, variable, value = ''] = /^(\w+)\s+(.+)$/.exec(text) ?? [];
	return variable === undefined ? [] : [[variable, value.trim()]];
}
