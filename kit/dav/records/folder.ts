import type { Collection } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { SpaceId } from '@mana/sync';
import type { Span } from '../caldav/time-range.ts';
import type { DavPath } from '../path.ts';
import type { Content, DavResource, Document, DavTree, PropertyChange } from '../tree.ts';
import type { XmlElement, XmlName } from '../xml.ts';
import type { ObjectKind, Placed } from './kind.ts';
import type { SpaceCard } from './spaces.ts';

/** What everything of somebody's lies in. */
export const PRINCIPALS = 'principals';

/** A collection of people's records as programs see it: a calendar, an address book. */
export interface Folder {
	readonly space: SpaceId;
	/** `Place.home` of what is in it. */
	readonly home: string;
	readonly path: DavPath;
	readonly name: string;
	readonly access: DavResource['access'];
	/** Stands for its state. */
	readonly token: string;
	readonly createdAt: number | null;
	/** What its files' texts depend on besides their records, as its zone. */
	readonly reads?: string;
	/** Whether a program may remove it. */
	readonly removable: boolean;
}

/** A space that somebody may look into now. */
export interface OpenSpace {
	readonly id: SpaceId;
	readonly card: SpaceCard;
	readonly access: DavResource['access'];
	/** Stands for its state. */
	readonly token: string;
}

/** What a program changes, each as one transaction. Answers the space's counter after it. */
export interface FolderWrites<C extends Collection, F extends Folder> {
	/**
	 * Writes an object as the difference between what a program sends and what it saw.
	 *
	 * @param current what it saw; `null` when it says that there was nothing
	 * @returns with the text that was sent, since an etag is told only where just that is kept
	 */
	put(folder: F, name: string, current: Placed<C> | null, content: Content): Promise<{ seq: number; text: string }>;
	trash(folder: F, placed: Placed<C>): Promise<number>;
	/** Files an object in another folder of its space, or under another name. */
	move(placed: Placed<C>, folder: F, name: string): Promise<number>;
	trashFolder(folder: F): Promise<number>;
	makeFolder(space: SpaceId, name: string, types: readonly XmlName[], changes: readonly PropertyChange[]): Promise<number>;
	/** @throws RefusedProperties */
	changeFolder(folder: F, changes: readonly PropertyChange[]): Promise<number>;
}

/** What an app says of its records, so that they are folders and files. */
export interface FolderApp<C extends Collection, F extends Folder> {
	/** Number of the app, by which members of a space are limited to apps. */
	readonly app: number;
	/** What its folders lie in: `calendars`. */
	readonly top: string;
	/** Begins its tokens: `urn:mana:todo`. */
	readonly urn: string;
	/** Which records are files; one folder may have several kinds in it. */
	readonly kinds: readonly ObjectKind<C>[];
	/** The property that holds the text of a file: `calendar-data`. */
	readonly data: XmlName;
	/** The type of a folder: `calendar`. */
	readonly type: XmlName;
	/** The conditions that do not hold where a UID or the place of a file is taken, and where no folder can be made. */
	readonly conditions: { readonly taken: XmlName; readonly place: XmlName };
	/** Properties that are told when they are asked for by name. */
	readonly quiet: ReadonlySet<XmlName>;
	/** Everything that there is in these spaces. */
	folders(spaces: readonly OpenSpace[], language: string): Promise<readonly F[]>;
	/** What a folder says of itself besides its name and state. */
	properties(folder: F): readonly XmlElement[];
	/** Its files. What stands elsewhere, names of tags and parents, is read once for all of them. */
	texts(folder: F, placed: readonly Placed<C>[]): Promise<readonly string[]>;
	/** A folder in further formats of others, for whoever takes everything along: those of one ending follow each other. */
	taken?(folder: F, placed: readonly Placed<C>[]): AsyncGenerator<{ readonly ending: string; readonly text: string }>;
	/** Set where a text says nothing but what is in its record, its parts and those it is tied to: then it is kept until one of them changes. */
	readonly keepsTexts?: true;
	/** Whether an object may take place in a span; where nothing says so, all may. */
	near?(placed: Placed<C>, span: Span): boolean;
	/** Media type of a file. */
	typeOf(placed: Placed<C>): string;
	/** What stands for what others have to hear of in a file; `undefined` where nobody has to. */
	scheduleTag?(placed: Placed<C>, text: string): string | undefined;
	/** Collections of the person's own beside the folders, by the last part of their path. */
	readonly special?: ReadonlyMap<string, SpecialCollection>;
	/** Somebody else as a principal; `null` where there is nobody whom one may know. */
	principal?(id: string): Promise<DavResource | null>;
	/** Those among whom a search may find somebody, by what is looked for. */
	principalsLike?(text: string): Promise<readonly DavResource[]>;
	/** What the principal says besides its name. @param hrefOf the address of a resource as a client sees it */
	person(grant: AppGrant, hrefOf: (path: DavPath) => string): readonly XmlElement[] | Promise<readonly XmlElement[]>;
	reports(parts: FolderReading): DavTree['reports'];
	readonly writes: FolderWrites<C, F>;
}

/** A collection that is no folder of records: where invitations come in. */
export interface SpecialCollection {
	readonly types: readonly XmlName[];
	readonly properties: readonly XmlElement[];
	/** The files in it, with the property `data`. */
	files(path: DavPath): Promise<readonly DavResource[]>;
	/** Takes a file out. @throws DavFailure 403 where they stay */
	remove(file: DavResource): Promise<void>;
	post?(content: Content): Promise<Document>;
}

/** What reports read with. */
export interface FolderReading {
	/** What is in a folder. @param span leaves out what certainly does not take place in it */
	all(folder: DavResource, span?: Span): Promise<readonly DavResource[]>;
	/** The files at these paths that are there. */
	these(paths: readonly DavPath[]): Promise<readonly DavResource[]>;
}

/** A collection that nobody changes. */
export function plainCollection(path: DavPath, owner: DavPath | null, ...properties: readonly XmlElement[]): DavResource {
	return {
		path,
		kind: 'collection',
		access: 'read',
		etag: null,
		type: null,
		bytes: null,
		createdAt: null,
		modifiedAt: null,
		owner,
		properties: byName(properties),
	};
}

export function byName(properties: readonly XmlElement[]): Map<XmlName, XmlElement> {
	return new Map(properties.map((property) => [property.name, property]));
}
