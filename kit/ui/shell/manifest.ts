import type { RecordId, Value } from '@mana/model';
import type { Place as RegisterPlace } from '@mana/sync/cell';
import type { LiveQuery, Mana } from '@mana/sync/client/api';
import type { End } from '@mana/shared/links';
import type { TagUse } from '@mana/shared/tags';
import type { Component } from 'svelte';
import type { IconName } from '../components/icons.ts';
import type { KeepsTime, WantsTime } from './kept-time.ts';

/**
 * What an app tells the house about itself, in its `app.ts`. Plain data that also loads outside a browser (icons, web manifests and
 * the launcher are made from it), so everything with markup is behind a `load`.
 */
export interface AppManifest {
	/** First segment of its addresses, name of its folder: `todo`. */
	readonly id: string;
	/** The permanent number that its collections carry. */
	readonly number: number;
	readonly name: () => string;
	/** One sentence for the launcher. */
	readonly purpose: () => string;
	/** The glyph as SVG path data on a 24 × 24 grid, drawn with a round stroke: the icon of rail, launcher, favicon and PWA. */
	readonly glyph: string;
	/** Accent hue in degrees, a row of `hues`. */
	readonly hue: number;
	/** The three to five places that one goes to: bottom bar on the phone, palette everywhere. */
	readonly places: readonly Place[];
	readonly commands?: readonly Command[];
	/** What the hub's first page may show of this app. */
	readonly widgets?: readonly Widget[];
	/** Finds records of this app by words. */
	readonly search?: Loaded<{ readonly search: Search }>;
	/** What of it stands on days, for the calendar to show beside its events: due tasks, birthdays. */
	readonly dated?: readonly DatedView[];
	/** What of it carries tags. */
	readonly tags?: Loaded<{ readonly tagUse: TagUse }>;
	/** Measures the time that one works on a record of another app, on the page where one does. */
	readonly focus?: Loaded<{ readonly default: Component<FocusProps> }>;
	/** Keeps time for records of other apps. */
	readonly keepsTime?: Loaded<{ readonly keepsTime: KeepsTime }>;
	/** What of it wants time. */
	readonly wantsTime?: Loaded<{ readonly wantsTime: WantsTime }>;
	/** Finds people for other apps: whom to invite, to assign, to write to. */
	readonly people?: Loaded<{ readonly people: OfferedPeople }>;
	/** How it calls what it keeps, for lists of changes. */
	readonly describe?: Loaded<{ readonly describer: Describer }>;
	/**
	 * What is there while any page of Mana is open, and shows itself only when it has something to say: what rings. Fetched when the page has
	 * nothing else to do.
	 */
	readonly attends?: Loaded<{ readonly default: Component }>;
	/** Finishes what a link of this app leads to: the task that a reminder is about. */
	readonly finish?: Loaded<{ readonly finish: Finish }>;
	/** The field that `q` opens from anywhere. */
	readonly quickAdd?: Loaded<{ readonly default: Component<QuickAddProps> }>;
	/** What other programs may hand over to it, once it is installed. */
	readonly takes?: Takes;
}

/** What an installed app takes from the system: shared with it, or opened with it. */
export interface Takes {
	/** Words and links, by its quick add: alone, or with files that come along. */
	readonly words?: 'alone' | 'with-files';
	/** Files that it brings in: the page that does, and their media types with the endings of their names. */
	readonly imports?: { readonly page: string; readonly types: Readonly<Record<string, readonly string[]>> };
	/** Links by their scheme, and the page that takes one in place of `%s`. */
	readonly links?: Readonly<Record<string, string>>;
}

/** A module that is fetched when it is first needed. */
export type Loaded<M> = () => Promise<M>;

export interface Place {
	readonly id: string;
	readonly name: () => string;
	readonly href: string;
	readonly icon: IconName;
	/** Keys one after another, as in `g i`. */
	readonly shortcut?: string;
}

/** Something that can be done from anywhere: in the palette, and by its keys. */
export interface Command {
	readonly id: string;
	readonly name: () => string;
	readonly icon?: IconName;
	readonly shortcut?: string;
	run(house: House): void | Promise<void>;
}

/** What a command may use. */
export interface House {
	readonly mana: Mana;
	go(href: string): Promise<void>;
	/** Opens the quick add of an app, with text already in it. */
	quickAdd(app: string, text?: string): void;
}

export interface Widget {
	readonly id: string;
	readonly name: () => string;
	/** A column of the hub's grid, or its whole width. */
	readonly size: 'column' | 'full';
	readonly load: Loaded<{ readonly default: Component }>;
}

/** Something of an app that stands on days. */
export interface DatedView {
	/** Unique over all apps, and for ever: whoever hides it, hides it by this name. */
	readonly id: string;
	readonly name: () => string;
	readonly load: Loaded<{ readonly dated: Dated }>;
}

/**
 * What stands on the days from one to another, both included, as `YYYY-MM-DD`; kept current.
 *
 * @param zone of whoever looks (IANA)
 */
export type Dated = (mana: Mana, from: string, to: string, zone: string) => LiveQuery<DatedEntry>;

export interface DatedEntry {
	readonly id: string;
	readonly title: string;
	readonly day: string;
	/** `HH:MM`; `null`: the whole day. */
	readonly time: string | null;
	readonly done: boolean;
	readonly href: string;
}

/**
 * Marks it as done, and says so with a way back. `false`: what `href` leads to is not in this store.
 *
 * @param timeZone IANA name of the zone that days are counted in
 */
export type Finish = (mana: Mana, href: string, timeZone: string) => Promise<boolean>;
/** What somebody works on. */
export interface FocusProps {
	readonly record: RecordId;
	readonly title: string;
	/** A path of this Mana that leads there; it holds the id of the record. */
	readonly href: string;
	/** What its time is counted under, such as a project; empty: nothing. */
	readonly under: string;
}

/** Answers at once, from what is on this device. Best fits first; nothing typed finds nobody. */
export type OfferedPeople = (mana: Mana, words: string, limit: number) => readonly OfferedPerson[];

/** Somebody whom an app knows. */
export interface OfferedPerson {
	readonly id: RecordId;
	readonly name: string;
	/** The one to use first comes first. */
	readonly emails: readonly string[];
	readonly phones: readonly string[];
	/** Where they are looked at. */
	readonly href: string;
}

export interface QuickAddProps {
	/** What to begin with. */
	readonly text: string;
	/** What comes along where something was shared: words for its notes, and files. */
	readonly notes: string;
	readonly files: readonly File[];
	close(): void;
}

/** Records, fields and values of an app in words, for whoever lists changes: what waits, what lost to others, what was before. */
export interface Describer {
	/** What a record is called: “Water the plants”. */
	record(mana: Mana, collection: number, id: RecordId): string;
	/** Where a record is looked at, and its title there; `undefined`: it is gone, or has no page. What others link to has one. */
	at?(mana: Mana, collection: number, id: RecordId): { readonly title: string; readonly href: string } | undefined;
	/** What a field is called in the middle of a sentence: title. `undefined`: a field that this build does not know. */
	field(collection: number, field: number): string | undefined;
	/**
	 * A value of it as a person reads it; `undefined`: as plainly as can be.
	 */
	value(mana: Mana, place: RegisterPlace, value: Value, ways: DateWays): string | undefined;
}

/** How who looks wants dates to be written. */
export interface DateWays {
	/** BCP 47 */
	readonly tag: string;
	/** IANA name */
	readonly timeZone: string;
}

/** Answers at once, from what is on this device. */
export type Search = (mana: Mana, words: string, limit: number) => readonly Hit[];

export interface Hit {
	readonly id: string;
	readonly title: string;
	readonly detail?: string;
	readonly href: string;
	/** What was found, where records of other apps can be linked to it. */
	readonly end?: End;
	/** How well it fits, 0 to 1. */
	readonly score: number;
}
