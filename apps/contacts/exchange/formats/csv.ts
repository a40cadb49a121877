import type { Card } from '@mana/dav/vcard/index';
import { writeCsvRow } from '@mana/model/csv';
import { readCsv } from '@mana/ui/import/csv';
import type { ExportFormat, ImportFormat, Mapping } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import { emptyDetail, type SaidDetail } from '../../cards/detail-lines.ts';
import { readContact } from '../../cards/read.ts';
import { type FoundContact, isEmpty } from '../found-contact.ts';
import { columnWords } from './column-words.ts';
import { dayFrom } from './days.ts';
import { emptyContact } from './plain-contact.ts';

const names = ['shownAs', 'prefix', 'given', 'additional', 'family', 'suffix', 'nickname', 'phoneticGiven', 'phoneticFamily', 'pronouns'] as const; // prettier-ignore
const work = ['organisation', 'department', 'title', 'role'] as const;
const parts = ['street', 'extended', 'postBox', 'locality', 'region', 'postcode', 'country'] as const;
const labelled = [
	'email', 'email:home', 'email:work', 'phone', 'phone:mobile', 'phone:home', 'phone:work', 'phone:main', 'phone:home-fax', 'phone:work-fax',
	'phone:pager', 'phone:other', 'link', 'link:home', 'link:work', 'message', 'relation:spouse', 'relation:child', 'relation:manager', 'relation:assistant',
] as const; // prettier-ignore
const addresses = ['home', 'work', 'other'].flatMap((label) => parts.map((part) => `address:${label}:${part}`));

/** The fields that a column can go to: those of a contact, `kind:label`, and `address:label:part`. */
export const csvFields: readonly string[] = [
	...names, ...work, ...labelled, 'address', ...addresses, 'birthday', 'anniversary', 'groups', 'notes', 'uid',
]; // prettier-ignore

const plainFields: ReadonlySet<string> = new Set([...names, ...work, 'notes']);

/** Any table: Outlook's columns and those of most others are known by their names, the rest the person says. */
export const csv: ImportFormat<FoundContact> = {
	id: 'csv',
	detect({ fileName, text }) {
		if (/\.(csv|tsv)$/.test(fileName)) return 0.6;
		const [first = ''] = text.split(/\r\n|\r|\n/, 1);
		return /^[^<{[]*[,;\t][^<{[]*$/.test(first) && !/^BEGIN|^dn:/i.test(first) ? 0.3 : 0;
	},
	async *read(pieces, mapping) {
		let isFirst = true;
		for await (const { line, cells } of readCsv(lettersOf(pieces))) {
			if (isFirst) {
				isFirst = false;
				continue;
			}
			const item = contactOf(cells, mapping);
			yield isEmpty(item) ? { line, reason: 'empty', text: cells.join(', ').slice(0, 2_000) } : { line, item };
		}
	},
	table: {
		fields: csvFields,
		guess: (columns) => {
			const taken = new Set<string>();
			return columns.map((column) => {
				const found = columnWords[column.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')] ?? null;
				// Several e-mail addresses are several; there is one family name.
				if (found === null || (taken.has(found) && !/^(email|phone|link|message|relation)/.test(found))) return null;
				taken.add(found);
				return found;
			});
		},
	},
};

function contactOf(cells: readonly string[], mapping: Mapping): FoundContact {
	const empty = emptyContact();
	const said: Record<string, string> = {};
	const details: SaidDetail[] = [];
	const places = new Map<string, SaidDetail>();
	const found = { birthday: null as string | null, anniversary: null as string | null, groups: [] as string[], uid: '' };
	for (const [at, to] of mapping.entries()) {
		const value = (cells[at] ?? '').trim().replace(/^'(?=[=+\-@])/, '');
		if (to === null || value === '') continue;
		const [kind = '', label = '', part] = to.split(':');
		if (plainFields.has(to)) said[to] = said[to] === undefined ? value : `${said[to]} ${value}`;
		else if (to === 'birthday' || to === 'anniversary') found[to] = dayFrom(value);
		else if (to === 'groups') found.groups.push(...value.split(/ ::: |[;,]/).map((name) => name.trim()));
		else if (to === 'uid') found.uid = value;
		else if (part !== undefined)
			places.set(label, { ...(places.get(label) ?? { ...emptyDetail('address'), label }), [part]: value });
		else details.push({ ...emptyDetail(kindOf(kind)), label, value });
	}
	return {
		...empty,
		uid: found.uid,
		fields: { ...empty.fields, ...said, birthday: found.birthday, anniversary: found.anniversary },
		details: [...details, ...places.values()],
		groups: found.groups.filter((name) => name !== ''),
	};
}

function kindOf(kind: string): SaidDetail['kind'] {
	return (['email', 'phone', 'link', 'message', 'relation', 'address'] as const).find((one) => one === kind) ?? 'custom';
}

/** A table with one row a contact, that `csv` reads again without asking. */
export const csvExport: ExportFormat<Card> = table('csv', [...names, ...work, 'email:home', 'email:work', 'email', 'email', 'phone:mobile', 'phone:home', 'phone:work', 'phone', 'phone', 'link', ...addresses, 'birthday', 'anniversary', 'groups', 'notes', 'uid'].map((field) => [field, field] as const)); // prettier-ignore

/** The table that Outlook imports. */
export const csvOutlookExport: ExportFormat<Card> = table('csv-outlook', [
	['Title', 'prefix'], ['First Name', 'given'], ['Middle Name', 'additional'], ['Last Name', 'family'], ['Suffix', 'suffix'],
	['Company', 'organisation'], ['Department', 'department'], ['Job Title', 'title'], ['Nickname', 'nickname'],
	['E-mail Address', 'email:work'], ['E-mail 2 Address', 'email:home'], ['E-mail 3 Address', 'email'], ['Mobile Phone', 'phone:mobile'],
	['Home Phone', 'phone:home'], ['Home Fax', 'phone:home-fax'], ['Business Phone', 'phone:work'], ['Business Fax', 'phone:work-fax'],
	['Company Main Phone', 'phone:main'], ['Pager', 'phone:pager'], ['Other Phone', 'phone'], ['Web Page', 'link'],
	['Home Street', 'address:home:street'], ['Home City', 'address:home:locality'], ['Home State', 'address:home:region'],
	['Home Postal Code', 'address:home:postcode'], ['Home Country/Region', 'address:home:country'],
	['Business Street', 'address:work:street'], ['Business City', 'address:work:locality'], ['Business State', 'address:work:region'],
	['Business Postal Code', 'address:work:postcode'], ['Business Country/Region', 'address:work:country'],
	['Other Street', 'address:other:street'], ['Other City', 'address:other:locality'], ['Other State', 'address:other:region'],
	['Other Postal Code', 'address:other:postcode'], ['Other Country/Region', 'address:other:country'],
	['Birthday', 'birthday'], ['Anniversary', 'anniversary'], ['Spouse', 'relation:spouse'], ["Manager's Name", 'relation:manager'],
	["Assistant's Name", 'relation:assistant'], ['Categories', 'groups'], ['Notes', 'notes'],
]); // prettier-ignore

function table(id: string, columns: readonly (readonly [name: string, field: string])[]): ExportFormat<Card> {
	return {
		id,
		ending: '.csv',
		type: 'text/csv',
		async *write(cards) {
			// Excel takes a table for UTF-8 where it begins with this mark.
			yield `\uFEFF${writeCsvRow(columns.map(([name]) => name))}`;
			for await (const card of cards) yield writeCsvRow(cellsOf(card, columns.map(([, field]) => field))); // prettier-ignore
		},
	};
}

/** Every detail goes to the first column that is for it and still empty: one of its label, otherwise one of its kind. */
function cellsOf(card: Card, columns: readonly string[]): string[] {
	const { fields: is, details, groups, uid } = readContact(card);
	const cells = columns.map((column) => {
		if (column === 'groups') return groups.join('; ');
		if (column === 'uid') return uid;
		const value: unknown = Object.entries(is).find(([field]) => field === column)?.[1];
		return typeof value === 'string' ? value : '';
	});
	for (const detail of details) {
		if (detail.kind === 'address') {
			const label = detail.label === 'home' || detail.label === 'work' ? detail.label : 'other';
			for (const part of parts) {
				const at = columns.indexOf(`address:${label}:${part}`);
				if (at >= 0 && cells[at] === '') cells[at] = detail[part] || (part === 'street' ? detail.value : '');
			}
			continue;
		}
		const free = (field: string) => columns.findIndex((column, at) => column === field && cells[at] === '');
		const at = [`${detail.kind}:${detail.label}`, detail.kind].map(free).find((found) => found >= 0) ?? columns.findIndex((column, i) => column.startsWith(`${detail.kind}:`) && cells[i] === ''); // prettier-ignore
		if (at >= 0) cells[at] = detail.value;
	}
	return cells;
}
