import type { RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import type { ExportFormat, Item } from './format.ts';

/** What is done with what is here already. */
export type Policy = 'skip' | 'merge' | 'both';

/** What one step of an import wrote. */
export interface Brought {
	readonly written: Written;
	readonly added: readonly RecordId[];
	readonly merged: readonly RecordId[];
	readonly skipped: number;
}

/** Where from and where to. */
export interface ImportPlace {
	/** Id of what was chosen of `into`; '' where there is no choice. */
	readonly into: string;
	readonly fileName: string;
}

/** What was done because of a message. */
export interface Told {
	readonly text: string;
	/** Where it is to be seen. */
	readonly href: string;
}

/** What an app says of its imports. */
export interface ImportKind<T> {
	/** Starts what reads its formats; see `serveFormats`. */
	readonly start: () => Worker;
	/** Endings of files that it reads, each with its dot. */
	readonly endings: readonly string[];
	/** Where the person goes when it is done. */
	readonly home: string;
	readonly words: {
		readonly title: () => string;
		/** What it is about, and which files can be brought. */
		readonly purpose: () => string;
		/** By the id of a format. */
		readonly format: (id: string) => string;
		/** Of a field that a column goes to. */
		readonly field: (id: string) => string;
		/** “12 contacts”. */
		readonly count: (count: number) => string;
		/** What undo says that was done. */
		readonly brought: (count: number) => string;
	};
	/** Where it comes into, where an app has several places: the person chooses before anything is written. The first is chosen at first. */
	readonly into?: {
		readonly label: () => string;
		choices(mana: Mana, fileName: string): readonly { readonly id: string; readonly name: string }[];
	};
	/**
	 * Does what a file asks for that is no store of things but a message, as answers to invitations are.
	 *
	 * @param text of the file
	 *
	 * @returns `null` for everything that is to be brought
	 * @throws with words for the person, when it cannot be done
	 */
	readonly message?: (text: string) => Promise<Told | null>;
	/** How one of what was found is shown before it is brought. */
	show(item: T): { readonly title: string; readonly detail: string };
	/** Finds what is here already. */
	finder(mana: Mana): (item: T) => RecordId | null;
	/** How much of a step one is: steps are cut so that their sum stays under 1. */
	weigh(item: T): number;
	/** Writes one step. What is here already by `known` is treated as the policy says. */
	bring(
		mana: Mana,
		step: readonly (Item<T> & { readonly known: RecordId | null })[],
		policy: Policy,
		label: string,
		place: ImportPlace,
	): Promise<Brought>;
	/** Puts what was brought in the trash: for steps so long ago that undo has forgotten them. */
	remove(mana: Mana, ids: readonly RecordId[], label: string): void;
}

/** What an app says of its exports. */
export interface ExportKind<T> {
	readonly formats: readonly ExportFormat<T>[];
	/** Name of the file, without its ending. */
	readonly fileName: () => string;
	readonly words: {
		readonly title: () => string;
		readonly purpose: () => string;
		readonly format: (id: string) => string;
		/** What a format is good for. */
		readonly hint: (id: string) => string;
		readonly count: (count: number) => string;
	};
	/** What can be chosen: all of it, a group, … The first is chosen at first. */
	choices(mana: Mana): readonly ExportChoice[];
	/** Everything of a choice, one after another. */
	items(mana: Mana, choice: string): AsyncIterable<T>;
}

export interface ExportChoice {
	readonly id: string;
	readonly name: string;
	readonly count: number;
}
