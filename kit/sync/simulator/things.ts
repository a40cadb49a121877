import { collection, field, guarded, lens, namedRecordId, routed } from '@mana/model';

export const THING_APP = 255;
export const SECRET_APP = 253;

const place = { app: THING_APP, number: 1 };

/** What the simulated people write about: every law, and few enough records that they meet. */
const fields = {
	a: field.text(1, { fallback: '' }),
	b: field.text(2, { fallback: '' }),
	c: field.text(3, { fallback: '' }),
	/** Every action writes its token here, so that it can be found again. */
	token: field.text(4, { fallback: '' }),
	best: field.greatest(5),
	tags: field.set(6),
	/** Each action counts up by a power of two of its own, so that the sum tells which ones were counted. */
	count: field.counter(7),
	votes: field.map(8),
	/** Stands for a text: an update is a list of tokens, and merging is putting lists together. */
	text: field.document(9),
	price: guarded(field.integer(10)),
	parent: field.parent(11),
	name: field.unique(12),
	/** When it was done: what a browser keeps of these things may depend on it. */
	done: routed(field.instant(15)),
	soonest: field.least(16),
};

const kept = { keeps: { field: 'done', days: 90 }, refers: { parent: 'simulator/things' } };

const hours = field.integer(13);
const minutes = field.integer(14);

/** The collection as the first build has it, … */
export const things = collection('simulator/things', place, { ...fields, hours }, kept);

/** … as the second has it, … */
export const newerThings = collection(
	'simulator/things',
	place,
	{ ...fields, minutes },
	{
		...kept,
		lenses: [lens(2, hours, minutes, { up: (value) => Number(value) * 60, down: (value) => Math.floor(Number(value) / 60) })],
	},
);

/** … and as a build has it whose author got the lens wrong. */
export const wrongThings = collection(
	'simulator/things',
	place,
	{ ...fields, minutes },
	{
		...kept,
		lenses: [lens(2, hours, minutes, { up: (value) => Number(value) * 61, down: (value) => Math.floor(Number(value) / 60) })],
	},
);

export type Things = typeof things | typeof newerThings;

/** The same in another app: who is limited to one must never see the other. */
export const secrets = collection('simulator/secrets', { app: SECRET_APP, number: 1 }, things.fields);

/** The ids are the same on all devices: people do not create the same record twice, but defaults and imports do. */
export const records = Array.from({ length: 6 }, (_, i) => namedRecordId(`simulator/${i}`));

/** The server refuses a text with this mark, so that refusals happen. */
export const REFUSED_MARK = '!';

/** The tokens that make up a text. */
export function wordsOf(updates: Iterable<Uint8Array>): string[] {
	return [...new Set([...updates].flatMap((update) => new TextDecoder().decode(update).split(' ')))];
}
