/** An object as it stands elsewhere: its text, and the etag by which that version is known. */
export interface Version {
	readonly etag: string;
	readonly text: string;
}

/** What changed in a folder elsewhere. */
export interface ChangesThere {
	/** Etags by href. */
	readonly changed: ReadonlyMap<string, string>;
	readonly removed: ReadonlySet<string>;
	/** Whether `changed` is all that there is, so that whatever is not in it is gone. */
	readonly whole: boolean;
	/** What to ask with the next time. */
	readonly token: string | null;
}

/** What is peculiar to a server. */
export interface Manners {
	/** It keeps what it is sent in words of its own, and only what it has a place for; the rest stays here. */
	readonly rewrites: boolean;
	/** It gives objects names and UIDs of its own, whatever they came under. What is known here keeps its UID here. */
	readonly namesObjects: boolean;
}

/** What became of an object that was written. */
export interface Created {
	readonly href: string;
	readonly etag: string | null;
}

/** A folder elsewhere. Every method throws Trouble where the account cannot be read or written now. */
export interface There {
	readonly manners: Manners;
	/** @param token of the last answer; `null`: everything */
	changes(token: string | null): Promise<ChangesThere>;
	/** Objects by href; those that are gone are not among them. */
	read(hrefs: readonly string[]): Promise<Map<string, Version>>;
	/** Where an object with this UID will lie. */
	hrefFor(uid: string): string;
	/**
	 * Writes an object where there is none.
	 *
	 * @returns where it lies now, and its etag, `null` where the server did not say
	 * @throws Moved, RefusedThere, NotYet
	 */
	create(href: string, text: string): Promise<Created>;
	/** Writes an object over the version that is known. @throws Moved, RefusedThere, NotYet */
	replace(href: string, etag: string, text: string): Promise<string | null>;
	/** Removes the version that is known; one that is gone is removed. @throws Moved, RefusedThere */
	remove(href: string, etag: string): Promise<void>;
}

/** Somebody changed an object elsewhere since it was read. */
export class Moved extends Error {
	override readonly name = 'Moved';
}

/** A server does not take this object; others it may. */
export class RefusedThere extends Error {
	override readonly name = 'RefusedThere';
}

/** An object cannot be written now, but soon: its photo is still on its way. */
export class NotYet extends Error {
	override readonly name = 'NotYet';
}

/** Why an object stays on one side, where not for a server's own reason. */
export type Unfit = 'not-ours' | 'unreadable' | 'taken' | 'twice' | 'refused';

/** A folder of ours. Nothing is changed in it but within the transaction that also notes what was changed. */
export interface Here<Within> {
	/** Another text for each object by UID whenever what it says may have changed. */
	versions(): Promise<Map<string, string>>;
	/** What objects say, by UID. */
	texts(uids: readonly string[]): Promise<Map<string, string>>;
	/** Writes what differs. @returns the id of its record, or why it cannot be kept */
	take(within: Within, uid: string, text: string): Promise<{ readonly record: string } | { readonly unfit: Unfit }>;
	/** Puts an object into the trash. */
	trash(within: Within, uid: string): Promise<void>;
}

/** What texts say, whatever they are of. */
export interface Texts {
	/** `null`: there is none in it. */
	uidOf(text: string): string | null;
	/** The same under another UID. */
	withUid(text: string, uid: string): string;
	/** Whether two texts say the same. */
	same(one: string, other: string): boolean;
	/** Both changes of what was common, by field. @param base `null`: nothing was ever common */
	merge(base: string | null, here: string, there: string): string;
	/** What a server made of what it was sent, with what of that it has no place for: tags, fields of programs. */
	withUnplaced(sent: string, kept: string): string;
}
