import type { Card } from '@mana/dav/vcard/index';
import { writeCsvRow } from '@mana/model/csv';
import { readCsv } from '@mana/ui/import/csv';
import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import { emptyDetail, type SaidDetail } from '../../cards/detail-lines.ts';
import { labelFrom } from '../../cards/labels.ts';
import { readContact } from '../../cards/read.ts';
import { type FoundContact, isEmpty } from '../found-contact.ts';
import { dayFrom } from './days.ts';
import { emptyContact } from './plain-contact.ts';

type Field = Exclude<keyof FoundContact['fields'], 'kind' | 'birthday' | 'anniversary'>;
type Part = 'street' | 'extended' | 'postBox' | 'locality' | 'region' | 'postcode' | 'country';

/** Google's columns, those of today first and those of before 2024 behind, by the field they go to. */
const fields: readonly (readonly [Field, string, ...string[]])[] = [
	['prefix', 'Name Prefix'], ['given', 'First Name', 'Given Name'], ['additional', 'Middle Name', 'Additional Name'],
	['family', 'Last Name', 'Family Name'], ['suffix', 'Name Suffix'], ['phoneticGiven', 'Phonetic First Name', 'Given Name Yomi'],
	['phoneticFamily', 'Phonetic Last Name', 'Family Name Yomi'], ['nickname', 'Nickname'], ['shownAs', 'File As'],
	['organisation', 'Organization Name', 'Organization 1 - Name'], ['title', 'Organization Title', 'Organization 1 - Title'],
	['department', 'Organization Department', 'Organization 1 - Department'], ['notes', 'Notes'],
]; // prettier-ignore
const parts: readonly (readonly [Part, string])[] = [
	['street', 'Street'], ['extended', 'Extended Address'], ['postBox', 'PO Box'], ['locality', 'City'], ['region', 'Region'],
	['postcode', 'Postal Code'], ['country', 'Country'],
]; // prettier-ignore
/** What Google has several of: its word, and the kind. */
const several: readonly (readonly [string, SaidDetail['kind']])[] = [
	['E-mail', 'email'], ['Phone', 'phone'], ['Address', 'address'], ['Website', 'link'], ['Relation', 'relation'], ['Event', 'date'],
	['Custom Field', 'custom'], ['IM', 'message'],
]; // prettier-ignore
/** Several in one cell. */
const BETWEEN = ' ::: ';

/** The CSV of Google Contacts. */
export const csvGoogle: ImportFormat<FoundContact> = {
	id: 'csv-google',
	detect: ({ text }) =>
		/^\uFEFF?[^\r\n]*(E-mail 1 - (Value|Label)|Phone 1 - Value|Given Name Yomi|Phonetic First Name)/.test(text) ? 1 : 0,
	async *read(pieces) {
		let columns: readonly string[] | null = null;
		for await (const { line, cells } of readCsv(lettersOf(pieces))) {
			if (!columns) {
				columns = cells.map((one) => one.trim());
				continue;
			}
			const values = new Map(columns.map((name, at) => [name, (cells[at] ?? '').trim()]));
			const item = contactOf(values);
			yield isEmpty(item) ? { line, reason: 'empty', text: cells.join(', ').slice(0, 2_000) } : { line, item };
		}
	},
};

function contactOf(values: ReadonlyMap<string, string>): FoundContact {
	const empty = emptyContact();
	const one = (...names: readonly string[]) => names.map((name) => values.get(name) ?? '').find((value) => value !== '') ?? '';
	const said = Object.fromEntries(fields.map(([field, ...names]) => [field, one(...names)]));
	const details = several.flatMap(([word, kind]) => detailsOf(values, word, kind));
	const groups = one('Labels', 'Group Membership').split(BETWEEN).map((name) => name.trim()); // prettier-ignore
	return {
		...empty,
		fields: {
			...empty.fields,
			...said,
			birthday: dayFrom(one('Birthday')),
			anniversary: details.find(isAnniversary)?.day ?? null,
		},
		details: details.filter((detail) => !isAnniversary(detail)),
		groups: groups.filter((name) => name !== '' && !/^\* ?/.test(name)),
		starred: groups.some((name) => /^\* ?starred$/i.test(name)),
		photo: one('Photo') === '' ? null : { kind: 'address', address: one('Photo') },
	};
}

const isAnniversary = ({ kind, label }: SaidDetail) => kind === 'date' && label.toLowerCase() === 'anniversary';

function detailsOf(values: ReadonlyMap<string, string>, word: string, kind: SaidDetail['kind']): SaidDetail[] {
	const found: SaidDetail[] = [];
	for (let count = 1; [...values.keys()].some((name) => name.startsWith(`${word} ${count} - `)); count++) {
		const cell = (name: string) => values.get(`${word} ${count} - ${name}`) ?? '';
		const label = cell('Label') || cell('Type');
		const base = {
			...emptyDetail(kind),
			label: labelFrom(kind, [], label.replace(/^\* ?/, '')),
			preferred: label.startsWith('*'),
		};
		if (kind === 'address') {
			const address = Object.fromEntries(parts.map(([part, name]) => [part, cell(name)]));
			const whole = Object.values(address).some((part) => part !== '');
			if (whole || cell('Formatted') !== '') found.push({ ...base, ...(whole ? address : { value: cell('Formatted') }) });
			continue;
		}
		for (const value of cell('Value')
			.split(BETWEEN)
			.filter((one) => one.trim() !== '')) {
			const day = kind === 'date' ? dayFrom(value) : null;
			if (day !== null) found.push({ ...base, day });
			else if (kind !== 'date')
				found.push({ ...base, value: value.trim(), ...(kind === 'message' && { service: cell('Service').toLowerCase() }) });
		}
	}
	return found;
}

/** How many of each there are columns for. */
const COLUMNS = 5;

export const csvGoogleExport: ExportFormat<Card> = {
	id: 'csv-google',
	ending: '.csv',
	type: 'text/csv',
	async *write(cards) {
		const names = several.flatMap(([word, kind]) =>
			Array.from({ length: COLUMNS }, (_, at) => at + 1).flatMap((count) =>
				['Label', ...(kind === 'address' ? ['Formatted', ...parts.map(([, name]) => name)] : kind === 'message' ? ['Service', 'Value'] : ['Value'])].map((name) => `${word} ${count} - ${name}`),
			),
		); // prettier-ignore
		const columns = [...fields.map(([, name]) => name), 'Birthday', 'Labels', ...names];
		yield writeCsvRow(columns);
		for await (const card of cards) {
			const cells = cellsOf(card);
			yield writeCsvRow(columns.map((column) => cells.get(column) ?? ''));
		}
	},
};

function cellsOf(card: Card): ReadonlyMap<string, string> {
	const { fields: is, details, groups } = readContact(card);
	const cells = new Map<string, string>(fields.map(([field, name]) => [name, is[field] ?? '']));
	cells.set('Birthday', is.birthday ?? '');
	cells.set('Labels', [...groups, '* myContacts'].join(BETWEEN));
	const all =
		is.anniversary === null ? details : [...details, { ...emptyDetail('date'), label: 'Anniversary', day: is.anniversary }];
	for (const [word, kind] of several) {
		for (const [at, one] of all.filter((detail) => detail.kind === kind).slice(0, COLUMNS).entries()) {
			const set = (name: string, value: string) => cells.set(`${word} ${at + 1} - ${name}`, value);
			set('Label', `${one.preferred ? '* ' : ''}${one.label}`);
			set('Value', one.day ?? one.value);
			set('Service', one.service);
			for (const [part, name] of parts) set(name, one[part]);
			set('Formatted', one.value);
		}
	} // prettier-ignore
	return cells;
}
