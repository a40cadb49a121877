import type { DetailKind } from './model.ts';

/**
 * The labels that Mana knows, by kind, the usual one first. They are stored as these words and spoken in everybody's language; any other
 * label is a person's own and is shown as it was typed.
 */
export const knownLabels = {
	email: ['home', 'work', 'school', 'other'],
	phone: ['mobile', 'home', 'work', 'main', 'home-fax', 'work-fax', 'pager', 'other'],
	address: ['home', 'work', 'billing', 'delivery', 'other'],
	place: ['home', 'work', 'other'],
	link: ['homepage', 'home', 'work', 'blog', 'profile', 'other'],
	message: ['home', 'work', 'other'],
	social: ['home', 'work', 'other'],
	date: ['name-day', 'met', 'death', 'other'],
	relation: [
		'partner',
		'spouse',
		'child',
		'parent',
		'mother',
		'father',
		'sibling',
		'brother',
		'sister',
		'grandparent',
		'grandchild',
		'relative',
		'friend',
		'colleague',
		'manager',
		'report',
		'assistant',
		'contact-person',
		'emergency',
		'neighbour',
		'introduced-by',
		'introduced',
		'other',
	],
	custom: [],
} as const satisfies Record<DetailKind, readonly string[]>;

/** A label that Mana knows. */
export type KnownLabel = (typeof knownLabels)[DetailKind][number];

const all: ReadonlySet<string> = new Set(Object.values(knownLabels).flat());

/** Whether a label is one that Mana speaks in everybody's language. */
export function isKnownLabel(label: string): label is KnownLabel {
	return all.has(label);
}

/** What the one end of a relation is to the other, where that is not the same word. */
const opposites: Readonly<Record<string, KnownLabel>> = {
	child: 'parent',
	parent: 'child',
	mother: 'child',
	father: 'child',
	brother: 'sibling',
	sister: 'sibling',
	grandparent: 'grandchild',
	grandchild: 'grandparent',
	manager: 'report',
	report: 'manager',
	'introduced-by': 'introduced',
	introduced: 'introduced-by',
};

/** Relations that say the same seen from the other end. */
const mutual: ReadonlySet<string> = new Set([
	'partner',
	'spouse',
	'sibling',
	'relative',
	'friend',
	'colleague',
	'neighbour',
	'other',
]);

/**
 * A relation seen from the other end: whose child somebody is, that is their parent. `null` where there is no word for it (a label of the
 * person's own, an assistant, an emergency contact): then the other end says whose it is.
 */
export function seenFromOtherEnd(label: string): KnownLabel | null {
	return opposites[label] ?? (mutual.has(label) && isKnownLabel(label) ? label : null);
}
