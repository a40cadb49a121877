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
		let depth = 0;
		for (const [index, row] of text.split(/\r?\n/).entries()) {
			const place = { file, line: index + 1 };
			const words = row.replace(/(^|\s)#.*$/, '').trim();
			if (depth === 0 && words.endsWith('{')) {
				site = words
					.slice(0, -1)
					.split(/[\s,]+/)
					.map(hostOf)
					.filter(Boolean);
				statements.push(...site.filter(isPublicName).map((host): Statement => ({ ...place, kind: 'leads', host, by: host })));
			}
			const passed = /^(?:reverse_proxy|to)\s+(.*?)\s*\{?$/.exec(words)?.[1];
			// Matchers (`/api/*`, `@api`, `*`) stand before the addresses.
			for (const word of passed?.split(/\s+/) ?? [])
				if (!/^[/@*]/.test(word))
					for (const address of addressesIn(word.replace(/^h2c:\/\//, 'http://')))
						statements.push(...routed(site[0] ?? 'the Caddyfile', address, place));
			depth += (words.match(/\{(?!\$|[\w.]+\})/g)?.length ?? 0) - (words.match(/(?<!\{[\w.$:]*)\}/g)?.length ?? 0);
		}
		return statements;
	},
};

/** `https://mana.how:443/api` is about mana.how. */
function hostOf(address: string): string {
	return address.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');
}
