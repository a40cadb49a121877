import { collection, field, namedRecordId, type RecordId, type Row } from '@mana/model';
import { SHARED_APP as app } from '@mana/sync/permission';

/** Words that are stuck to records of any app. An app keeps the ids of a record's tags in a set field of its own. */
export const tags = collection(
	'shared/tags',
	{ app, number: 1 },
	{
		name: field.text(1, { fallback: '', max: 60 }),
		/** Hue of its colour, in degrees. */
		hue: field.integer(2, { fallback: 255, from: 0, to: 359 }),
	},
);

/** What one record has to do with another. */
export const LINK_KINDS = ['related', 'blocks', 'plans'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** That two records, of whichever apps, belong together. One row a link, whose id follows from its ends (`linkId`). */
export const links = collection(
	'shared/links',
	{ app, number: 2 },
	{
		/** `related` goes both ways; `blocks`: the one of `from` has to be done before that of `to`; `plans`: `to` is time kept for `from`. */
		kind: field.choice(1, LINK_KINDS),
		/** The number of the collection, and the record in it. */
		fromCollection: field.integer(2, { fallback: 0, from: 0, to: 65_535 }),
		from: field.reference(3),
		toCollection: field.integer(4, { fallback: 0, from: 0, to: 65_535 }),
		to: field.reference(5),
	},
	{ refers: { from: { numberIn: 'fromCollection' }, to: { numberIn: 'toCollection' } }, ties: true },
);

export type Tag = Row<typeof tags>;
export type Link = Row<typeof links>;

/** A tag has one id wherever it is typed first, so that two devices which meet later mean the same tag. */
export function tagId(name: string): RecordId {
	return namedRecordId(`shared/tags/${name.normalize('NFC').toLowerCase()}`);
}
