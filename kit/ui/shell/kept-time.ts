import type { RecordId } from '@mana/model';
import type { LiveQuery, Mana, Writer, Written } from '@mana/sync/client/api';
import type { End } from '@mana/shared/links';

/** What an app offers that keeps time for records of others: each while is a record of its own, which a link of kind `plans` ties to what it is for. */
export interface KeepsTime {
	/** Of the whiles that are tied to records; kept current, the earliest first. @param zone of whoever looks (IANA) */
	whiles(mana: Mana, zone: string): LiveQuery<While>;
	/** When somebody is free, the soonest first. */
	free(wanted: FreeTime): readonly Span[];
	/** Keeps time for records, as one action. `person` is the id of whoever does; `null`: nobody who is known here. */
	keep(label: string, places: Stores & { readonly person: string | null }, wanted: readonly Keep[], zone: string): Written;
	/** Takes one while away. */
	drop(label: string, mana: Mana, id: RecordId): Written;
	/** Inside an action that throws records away: takes along what was still to come for them. @param now ms since 1970 */
	dropAlong(tx: Writer, mana: Mana, records: readonly RecordId[], now: number): void;
	/** Inside an action that puts a record back: brings back what went along with it. @param thrownAt when that was, in ms since 1970 */
	backAlong(tx: Writer, mana: Mana, record: RecordId, thrownAt: number): void;
	/** Inside an action that gives a record another name: what is still to come for it, and was called as it was, is called so too. */
	renameAlong(
		tx: Writer,
		mana: Mana,
		record: RecordId,
		names: { readonly before: string; readonly after: string },
		now: number,
	): void;
}

/** A stretch of time, in ms since 1970. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** Time that is kept for a record of another app. */
export interface While extends Span {
	/** Of what keeps it. */
	readonly id: RecordId;
	/** What it is for. */
	readonly record: RecordId;
	/** Where it is looked at. */
	readonly href: string;
}

/** The space that one works in, and one's own: what is in either takes time. */
export interface Stores {
	readonly mana: Mana;
	/** `null` while it opens. */
	readonly home: Mana | null;
}

export interface FreeTime extends Stores {
	/** How long it has to be. */
	readonly minutes: number;
	/** The days that are looked at, both included, as `YYYY-MM-DD`. */
	readonly first: string;
	readonly last: string;
	/** ms since 1970: nothing begins before. */
	readonly now: number;
	/** Of whoever looks (IANA). */
	readonly zone: string;
	/** What will be taken besides. */
	readonly taken?: readonly Span[];
}

/** Time that is to be kept. */
export interface Keep extends Span {
	readonly end: End;
	readonly title: string;
}

/** What an app offers of which records want time: for what keeps it to list them, to show how they stand, and to finish them. */
export interface WantsTime {
	/** The collection of these records, by its number. */
	readonly collection: number;
	/** What is still to be done, the soonest first, kept current. @param today `YYYY-MM-DD` */
	waiting(mana: Mana, today: string): LiveQuery<Wanting>;
	/** How records stand, kept current. */
	standing(mana: Mana, ids: ReadonlySet<string>): LiveQuery<Wanting>;
	/** Marks one as done, or opens it again, and says so with a way back. @param timeZone IANA name of the zone that days are counted in */
	toggle(mana: Mana, id: RecordId, timeZone: string): Promise<void>;
}

/** A record for which time can be kept. */
export interface Wanting {
	readonly id: RecordId;
	readonly title: string;
	/** How long it will take, in minutes; `null`: nobody knows. */
	readonly minutes: number | null;
	/** The day on which it has to be done, as `YYYY-MM-DD`. */
	readonly day: string | null;
	readonly done: boolean;
	readonly href: string;
}

/** How long time is kept for what nobody knows the length of, in minutes. */
export const USUAL_MINUTES = 30;
