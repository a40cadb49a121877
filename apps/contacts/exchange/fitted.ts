import { field } from '@mana/model';
import type { SaidDetail } from '../cards/detail-lines.ts';
import type { SaidFields } from '../cards/read.ts';

/** The longest texts of fields, in letters; see `model.ts`. Those that are not named hold 200. */
const longest: Readonly<Record<string, number>> = {
	shownAs: 500, organisation: 300, phoneticOrganisation: 300, department: 300, pronouns: 60, notes: 20_000, value: 2_000, service: 60,
	label: 100, street: 500, extended: 500, postcode: 60,
}; // prettier-ignore

/** Fields as a contact can hold them: what is longer is cut, and a day that only looks like one is none. */
export function fittedFields(fields: SaidFields): SaidFields {
	const { birthday, anniversary } = fields;
	return { ...fields, ...fittedTexts(fields), birthday: fittedDay(birthday), anniversary: fittedDay(anniversary) };
}

/** The same of an address, a number … */
export function fittedDetail(detail: SaidDetail): SaidDetail {
	return { ...detail, ...fittedTexts(detail), day: fittedDay(detail.day) };
}

function fittedTexts<T extends object>(of: T): Partial<T> {
	const texts = Object.entries(of).filter(([name, text]) => typeof text === 'string' && text.length > (longest[name] ?? 200));
	return Object.fromEntries(texts.map(([name, text]) => [name, String(text).slice(0, longest[name] ?? 200).toWellFormed()])) as Partial<T>; // prettier-ignore
}

function fittedDay(day: string | null): string | null {
	return day !== null && field.isPartialDay(day) ? day : null;
}
