import { addressesIn, isPublicName } from '../addresses.ts';
import { routed } from '../routed.ts';
import { fileName, type Reader, type Statement } from '../statement.ts';

interface Directive {
	readonly words: readonly string[];
	readonly line: number;
	/** The blocks it stands in, outermost first, each by its words. */
	readonly within: readonly Block[];
}

interface Block {
	readonly words: readonly string[];
}

export const nginx: Reader = {
	name: 'nginx',
	reads: 'nginx servers: names, upstreams and where they pass requests on to',
	fits: ({ path, text }) =>
		/nginx|\.conf$/.test(path) && /\b(proxy_pass|upstream)\b/.test(text) && fileName(path) !== 'Dockerfile',
	read({ path: file, text }) {
		const directives = directivesIn(text);
		const names = new Map<Block, string>();
		for (const { words, within } of directives) {
			const server = within.findLast((block) => block.words[0] === 'server');
			if (words[0] === 'server_name' && server) names.set(server, words.slice(1).find(isPublicName) ?? words[1] ?? '');
		}
		const upstreams = new Set(
			directives.flatMap(({ within }) => within.flatMap(({ words }) => (words[0] === 'upstream' ? [words[1]] : []))),
		);
		return directives.flatMap(({ words, line, within }): Statement[] => {
			const place = { file, line };
			const server = within.findLast((block) => block.words[0] === 'server');
			const by = (server && names.get(server)) || 'a server of nginx';
			if (words[0] === 'server_name')
				return (
					words
						.slice(1)
						.filter(isPublicName)
						// One name may have a server for each door of the machine: to say so twice is usual there.
						.map((host) => ({ ...place, kind: 'leads', host, by: `${host} in line ${line}` }))
				);
			const upstream = within.findLast((block) => block.words[0] === 'upstream')?.words[1];
			if (words[0] === 'server' && upstream !== undefined)
				return addressesIn(words[1] ?? '').flatMap((address) => routed(upstream, address, place));
			const passed = words[0] === 'set' ? words[2] : /^(proxy|grpc|fastcgi)_pass$/.test(words[0] ?? '') ? words[1] : undefined;
			const path = within.findLast((block) => block.words[0] === 'location')?.words.at(-1) ?? '';
			return addressesIn(passed ?? '')
				.filter(({ host, port }) => port !== null || !upstreams.has(host))
				.flatMap((address) => routed(by, address, place, path));
		});
	},
};

/** Splits nginx's syntax into directives: words until `;` or `{`, comments left out, quoted words whole. */
function directivesIn(text: string): Directive[] {
	const found: Directive[] = [];
	const within: Block[] = [];
	let words: string[] = [];
	let line = 1;
	for (const { 0: token } of text.matchAll(
		/#[^\n]*|"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[;{}\n]|\$\{\w+\}|(?:\$\{\w+\}|[^\s;{}#"'])+|[^\S\n]+/g,
	)) {
		if (token === '\n') line += 1;
		else if (token === ';' || token === '{') {
			const block = { words };
			found.push({ words, line, within: [...within] });
			if (token === '{') within.push(block);
			words = [];
		} else if (token === '}') within.pop();
		else if (!token.startsWith('#') && token.trim() !== '') words.push(token.replace(/^(["'])(.*)\1$/s, '$2'));
	}
	return found;
}
