import type { Folder, OpenSpace } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import type { Book } from '../model.ts';

/** The collection that address books are in. */
export const BOOKS = 'addressbooks';

/** Largest card in bytes as it is sent, with its photo; and without it, as it is kept. */
export const LIMITS = { sent: 6_000_000, kept: 50_000 } as const;

/** The contacts of a space as an address book: those that are in none that a program made, or one of those. */
export interface BookFolder extends Folder {
	/** `null`: the one that every space has. */
	readonly book: Book | null;
}

/** What the address book is called that every space has. */
const contacts = (language: string): string => (language.startsWith('de') ? 'Kontakte' : 'Contacts');

/** The name of an address book's collection. */
export function segmentOf(space: SpaceId, book: Book | null): string {
	return book?.cardName || `${space}-${book?.id ?? 'contacts'}`;
}

/** The address books of a space. */
export function foldersOf({ id: space, card, access, token }: OpenSpace, all: readonly Book[], language: string): BookFolder[] {
	return [null, ...all.filter(({ deletedAt }) => deletedAt === null)].map((book): BookFolder => {
		const name = book?.name || contacts(language);
		return {
			space,
			book,
			home: book?.id ?? '',
			path: [BOOKS, segmentOf(space, book)],
			access: book?.kind === 'shown' ? 'read' : access,
			token,
			name: card.kind === 'personal' ? name : book ? `${card.name}: ${name}` : card.name,
			createdAt: book?.createdAt ?? null,
			removable: book !== null,
		};
	});
}
