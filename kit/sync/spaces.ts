import { collection, field, namedRecordId, type RecordId, type Row } from '@mana/model';
import type { SpaceId } from './cell.ts';
import { ROLES, SPACES_APP as app } from './permission.ts';

/** What a space is for. */
export const SPACE_KINDS = ['personal', 'family', 'organisation'] as const;
export type SpaceKind = (typeof SPACE_KINDS)[number];

/** How long a picture of a space may be, in characters: one of 128 pixels takes about 6,000. */
export const MOST_PICTURE = 24_000;

/** How a space looks. `null`: nobody chose that. */
export interface SpaceLook {
	/** A hue in degrees. */
	readonly hue: number | null;
	/** A `data:` address. */
	readonly picture: string | null;
}

/**
 * What a space is, as its members read it. The record bears the space's own id. It stands in the space itself, and again in the personal
 * space of each member, there with what that person may do: so the list of one's spaces is a live query like any other, online or not.
 * Only the server writes it, from its tables, which alone decide.
 */
export const spaces = collection(
	'space/spaces',
	{ app, number: 1 },
	{
		name: field.text(1, { fallback: '', max: 80 }),
		kind: field.choice(2, SPACE_KINDS),
		/** Nobody writes here any more; `null` while people do. */
		archivedAt: field.instant(3),
		/** Whose space it is: a person's id. */
		owner: field.text(4, { fallback: '' }),
		/** The reader's role; 'none' for one who is no member any more, and in the copy that stands in the space itself. */
		role: field.choice(5, ['none', ...ROLES]),
		/** The reader's apps, see `appsFromText`. */
		apps: field.text(6, { fallback: '' }),
		/** Its colour, a hue in degrees; `null`: nobody chose one. */
		hue: field.integer(7, { from: 0, to: 359 }),
		/** A small picture as a `data:` address, so that it is at hand wherever the record is, also without a network; '' for none. */
		picture: field.text(8, { fallback: '', max: MOST_PICTURE }),
	},
);

/** Who is in a space. Only the server writes it. Somebody who left is in the trash. */
export const members = collection(
	'space/members',
	{ app, number: 2 },
	{
		person: field.text(1, { fallback: '' }),
		/** What the person was called when they came in, or last did something with the space. */
		name: field.text(2, { fallback: '' }),
		role: field.choice(3, ['none', ...ROLES]),
		apps: field.text(4, { fallback: '' }),
		since: field.instant(5),
	},
);

/** What an admin decided about a service that would read or write here. Only the server writes it; no record: the default holds. */
export const services = collection(
	'space/services',
	{ app, number: 3 },
	{
		service: field.text(1, { fallback: '' }),
		allowed: field.flag(2),
		/** The id of whoever decided it. */
		by: field.text(3, { fallback: '' }),
		since: field.instant(4),
	},
);

export type SpaceRecord = Row<typeof spaces>;
export type MemberRecord = Row<typeof members>;

/** The record of a person among the members of any space. */
export function memberRecordId(person: string): RecordId {
	return namedRecordId(`member/${person}`);
}

/** The record of what was decided about a service, by its actor. */
export function serviceRecordId(actor: string): RecordId {
	return namedRecordId(actor);
}

/** The record of a space: it bears the space's id. */
export function spaceRecordId(space: SpaceId): RecordId {
	return space as string as RecordId;
}

/** The space that a record of `spaces` is about. */
export function spaceOf({ id }: Pick<SpaceRecord, 'id'>): SpaceId {
	return id as string as SpaceId;
}
