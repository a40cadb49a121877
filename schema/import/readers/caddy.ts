import { addressesIn, isPublicName } from '../addresses.ts';
import { routed } from '../routed.ts';
import { fileName, type Reader, type Statement } from '../statement.ts';

export const caddy: Reader = {
	name: 'caddy',
	reads: 'a Caddyfile: sites and where they pass requests on to',
	fits: ({ path }) => /^caddyfile(\..+)?$|\.caddy(file)?$/i.test(fileName(path)),
	read({ path: file, text }) {
		const statements: Statement[] = [];
		let site: readonly string[] = [];
		let begun = '';
		/** The paths of the blocks that are open inside of the site. */
		const within: string[] = [];
		for (const [index, row] of text.split(/\r?\n/).entries()) {
			const place = { file, line: index + 1 };
			// `{$HUB:localhost:3001}` stands for what its variable says, else for what follows the colon.
			const words = row
				.replace(/(^|\s)#.*$/, '')
				.replace(/\{\$\w+:([^{}]*)\}/g, '$1')
				.trim();
			const opens = /(^|\s)\{$/.test(words);
			// The addresses of a site may go on in the next line.
			if (within.length === 0 && words.endsWith(',')) begun += `${words} `;
			else if (within.length === 0 && opens) {
				const addresses = (begun + words.slice(0, -1)).split(/[\s,]+/).filter(Boolean);
				begun = '';
				statements.push(
					...addresses
						.filter((address) => isPublicName(hostOf(address)))
						.map((address): Statement => ({ ...place, kind: 'leads', host: hostOf(address), by: address })),
				);
				site = addresses.map(hostOf).filter(Boolean);
			}
			// A file of one site needs no braces around it.
			else if (within.length === 0 && site.length === 0 && !/\s/.test(words) && isPublicName(hostOf(words))) {
				statements.push({ ...place, kind: 'leads', host: hostOf(words), by: words });
				site = [hostOf(words)];
			}
			const passed = /^(?:reverse_proxy|php_fastcgi|to)\s+(.*?)\s*\{?$/.exec(words)?.[1];
			// Matchers (`/api/*`, `@api`, `*`) stand before the addresses.
			const matcher = /^\w+\s+([/@]\S*)/.exec(words)?.[1] ?? '';
			const path = [...within, matcher].findLast(Boolean) ?? '';
			for (const word of passed?.split(/\s+/) ?? [])
				if (!/^[/@*]/.test(word))
					for (const address of addressesIn(word.replace(/^h2c:\/\//, 'http://').replace(/^:/, 'localhost:')))
						statements.push(...routed(site[0] ?? 'the Caddyfile', address, place, path));
			if (opens) within.push(matcher);
			else if (words === '}') within.pop();
		}
		return statements;
	},
};

/** `https://mana.how:443/api` is about mana.how. */
function hostOf(address: string): string {
	return address.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');
}
