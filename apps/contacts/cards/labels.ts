import type { DetailKind } from '../model.ts';

/** How one of our labels stands on a card: by types of the property, or by a word of Apple's beside it. */
interface Written {
	readonly types?: readonly string[];
	/** Between `_$!<` and `>!$_`. */
	readonly apple?: string;
}

const places: Readonly<Record<string, Written>> = {
	home: { types: ['home'] },
	work: { types: ['work'] },
	other: { apple: 'Other' },
};

/** Our labels by kind (`labels.ts`). Where several fit what a card says, the first one does. */
const written: Readonly<Record<DetailKind, Readonly<Record<string, Written>>>> = {
	email: { ...places, school: { apple: 'School' } },
	phone: {
		'home-fax': { types: ['home', 'fax'] },
		'work-fax': { types: ['work', 'fax'] },
		mobile: { types: ['cell'] },
		pager: { types: ['pager'] },
		main: { types: ['main'] },
		...places,
	},
	address: { ...places, billing: { types: ['billing'] }, delivery: { types: ['delivery'] } },
	place: places,
	link: { homepage: { apple: 'HomePage' }, ...places, blog: { apple: 'Blog' }, profile: { apple: 'Profile' } },
	message: places,
	social: places,
	date: { 'name-day': { apple: 'NameDay' }, met: { apple: 'Met' }, death: { apple: 'Death' }, other: { apple: 'Other' } },
	relation: {
		partner: { types: ['sweetheart'], apple: 'Partner' },
		spouse: { types: ['spouse'], apple: 'Spouse' },
		child: { types: ['child'], apple: 'Child' },
		mother: { apple: 'Mother' },
		father: { apple: 'Father' },
		parent: { types: ['parent'], apple: 'Parent' },
		brother: { apple: 'Brother' },
		sister: { apple: 'Sister' },
		sibling: { types: ['sibling'], apple: 'Sibling' },
		relative: { types: ['kin'], apple: 'Relative' },
		friend: { types: ['friend'], apple: 'Friend' },
		colleague: { types: ['colleague'], apple: 'Colleague' },
		manager: { apple: 'Manager' },
		assistant: { types: ['agent'], apple: 'Assistant' },
		emergency: { types: ['emergency'], apple: 'Emergency' },
		neighbour: { types: ['neighbor'], apple: 'Neighbour' },
		'contact-person': { types: ['contact'], apple: 'ContactPerson' },
		grandparent: { apple: 'Grandparent' },
		grandchild: { apple: 'Grandchild' },
		report: { apple: 'Report' },
		'introduced-by': { apple: 'IntroducedBy' },
		introduced: { apple: 'Introduced' },
		other: { apple: 'Other' },
	},
	custom: {},
};

/** Apple's words that mean one of our labels besides those that we write. */
const spoken: Readonly<Record<string, string>> = {
	mobile: 'mobile', iphone: 'mobile', homefax: 'home-fax', workfax: 'work-fax', otherfax: 'other', pager: 'pager', main: 'main',
	home: 'home', work: 'work', homepage: 'homepage', website: 'homepage', 'home page': 'homepage', wife: 'spouse', husband: 'spouse',
	daughter: 'child', son: 'child', 'domestic partner': 'partner', 'referred by': 'introduced-by', referredby: 'introduced-by',
}; // prettier-ignore

/** The label that a property has: a word of ours where we know one, otherwise as somebody wrote it. */
export function labelFrom(kind: DetailKind, types: readonly string[], said: string): string {
	const ours = written[kind];
	if (said !== '') {
		const word = said.toLowerCase();
		const known = Object.entries(ours).find(([label, { apple }]) => apple?.toLowerCase() === word || label === word)?.[0];
		const other = spoken[word];
		return known ?? (other !== undefined && other in ours ? other : said.slice(0, 100));
	}
	return Object.entries(ours).find(([, one]) => one.types?.every((type) => types.includes(type)))?.[0] ?? '';
}

/** How a label is written: the types that say it, and what stands beside the property. */
export function labelTo(kind: DetailKind, label: string): { readonly types: readonly string[]; readonly beside: string } {
	const ours = written[kind][label];
	if (ours?.types) return { types: ours.types, beside: '' };
	return { types: [], beside: ours?.apple === undefined ? label : `_$!<${ours.apple}>!$_` };
}

/** The types by which labels of a kind are told: whoever writes another one takes these away. */
export function labelTypes(kind: DetailKind): ReadonlySet<string> {
	return new Set(Object.values(written[kind]).flatMap(({ types }) => types ?? []));
}
