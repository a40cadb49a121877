import { serviceMeant } from '../names.ts';
import { fileName, foldersOf, portStatement, type Reader, type Statement } from '../statement.ts';

export const markdown: Reader = {
	name: 'markdown',
	reads: 'documents: tables with a column of ports, lists as "- mana-auth `3001`", and "Port: 3001" in the guide of a service',
	fits: ({ path, text }) => /\.(md|markdown)$/i.test(path) || (/\.txt$/i.test(path) && /^\|.*\|\s*$/m.test(text)),
	read({ path: file, text }) {
		const rows = text.split(/\r?\n/);
		return [...inTables(rows, file), ...inLists(rows, file), ...inLines(rows, file), ...inGuide(rows, file)];
	},
};

type Say = (line: number, name: string, port: string) => Statement[];

function sayer(file: string): Say {
	return (line, name, port) => {
		const bare = plain(name);
		const number = Number(plain(port));
		if (!/^[\w-]*[a-z][\w-]*$/i.test(bare) || !Number.isInteger(number) || number < 1 || number > 65535) return [];
		return [portStatement({ file, line, says: 'states', service: serviceMeant(bare), name: bare, port: number })];
	};
}

/** Rows under a heading that has a column of ports and one of names. A cell `3030 chat-server` names another row's number. */
function inTables(rows: readonly string[], file: string): Statement[] {
	const say = sayer(file);
	let columns: { readonly name: number; readonly ports: readonly number[] } | null = null;
	return rows.flatMap((row, index) => {
		const cells = cellsOf(row);
		if (cells === null) {
			columns = null;
			return [];
		}
		if (cellsOf(rows[index + 1] ?? '')?.every((cell) => /^:?-+:?$/.test(cell))) {
			const heads = cells.map((cell) => plain(cell).toLowerCase());
			const name = heads.findIndex((head) => /^(service|name|app|component|container|dienst)s?\b/.test(head));
			const ports = heads.flatMap((head, column) => (/\bports?\b/.test(head) ? [column] : []));
			columns = name >= 0 && ports.length > 0 ? { name, ports } : null;
			return [];
		}
		if (!columns) return [];
		const { name, ports } = columns;
		const pairs = cells.flatMap((cell) => /^(\d{2,5})\s+([a-z][a-z0-9-]+)$/.exec(plain(cell)) ?? []).slice(0, 3);
		return [
			...ports.flatMap((column) =>
				// `9000, 9001` or `9000/9001`: a service with several.
				plain(cells[column] ?? '')
					.split(/[\s,/+&]+/)
					.flatMap((port) => say(index + 1, cells[name] ?? '', port)),
			),
			...(pairs.length === 3 ? say(index + 1, pairs[2] ?? '', pairs[1] ?? '') : []),
		];
	});
}

/** `- mana-credits \`3061\`, mana-user \`3062\``: a name, and right after it its number. Sentences are not read. */
function inLists(rows: readonly string[], file: string): Statement[] {
	const say = sayer(file);
	let isItem = false;
	return rows.flatMap((row, index) => {
		const body = row.replace(/^[\s>]+/, '');
		if (/^[-*+]\s/.test(body)) isItem = true;
		else if (body === '' || /^[#|<]/.test(body)) isItem = false;
		if (!isItem || body.startsWith('|')) return [];
		return [...body.matchAll(/(?<![\w/-])[`*]*([a-z][a-z0-9]*(?:-[a-z0-9]+)*)[`*]*(?:\s*[:=→]\s*|\s+)`(\d{2,5})`/gi)].flatMap(
			([, name = '', port = '']) =>
				/^(port|on|at|to|from|port:|default|default-port)$/i.test(name) ? [] : say(index + 1, name, port),
		);
	});
}

/** `4000 mana-matrix-bot`, `mana-llm: 3025`, `mana-sync → 3010`: a line of its own, with the name of a row, since words have numbers too. */
function inLines(rows: readonly string[], file: string): Statement[] {
	const say = sayer(file);
	return rows.flatMap((row, index) => {
		const body = row.replace(/^[\s>]*(?:[-*+]\s+)?/, '').replace(/[`*]/g, '');
		const [, before, behind] = /^(\d{4,5})\s*[-–:=→]?\s+([a-z][\w-]*)(?:\s*$|\s+[(–#-])/i.exec(body) ?? [];
		const [, name = behind, port = before] = /^([a-z][\w-]*)\s*(?:[:=→]|->|\s)\s*(\d{4,5})(?:\s*$|\s+[(–#-])/i.exec(body) ?? [];
		const said = name !== undefined && port !== undefined && serviceMeant(name) !== null;
		// What stands in backticks, lists are read for.
		return said && !/`\d+`/.test(row) ? say(index + 1, name, port) : [];
	});
}

/** `**Port:** 3050`, in a document that lies in the folder of a service. */
function inGuide(rows: readonly string[], file: string): Statement[] {
	const folder = foldersOf(file).find((name) => serviceMeant(name) !== null);
	if (folder === undefined || !/^(claude|readme|agents|guide)\b/i.test(fileName(file))) return [];
	const say = sayer(file);
	return rows.flatMap((row, index) => {
		const found = /^[\s>|*+-]*\**(?:default\s+)?ports?\**\s*[:|]\s*\**\s*`?(\d{2,5})\b/i.exec(row);
		return found ? say(index + 1, folder, found[1] ?? '') : [];
	});
}

function cellsOf(row: string): string[] | null {
	const body = row.replace(/^[\s>]+/, '').trim();
	return body.includes('|')
		? body
				.replace(/^\||\|$/g, '')
				.split('|')
				.map((cell) => cell.trim())
		: null;
}

/** Without emphasis, and without what stands in brackets behind a name. */
function plain(cell: string): string {
	return cell
		.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replace(/[`*_~]+(?=\S)|(?<=\S)[`*_~]+/g, (marks) => (marks.includes('_') ? marks : ''))
		.replace(/\s*\([^)]*\)\s*$/, '')
		.trim();
}
