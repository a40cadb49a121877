import { type Collection, collection, field, partOf, type Row } from '@mana/model';
import { COMMENTS } from '@mana/sync/permission';
import type { Named } from './people.ts';

/**
 * What people say about the records of an app. Each app has a collection of its own, so that nobody reads about records of apps that are
 * not open to them; the number in the app is the same everywhere, so that the server knows what somebody may write who may only comment.
 *
 * @param name of the app: `todo`
 * @param app its permanent number
 * @example
 * export const comments = commentsIn('todo', 2);
 */
export function commentsIn(name: string, app: number) {
	return collection(
		`${name}/comments`,
		{ app, number: COMMENTS },
		{
			/** The record that it is about. */
			record: partOf(field.reference(1)),
			text: field.text(2, { fallback: '', max: 5_000 }),
			/** The id of the person who wrote it: the server lets nobody write in another's name (`infra/sync/foreign-words.ts`). */
			by: field.text(3, { fallback: '', max: 128 }),
			/** When its words were changed last; `null`: never. */
			editedAt: field.instant(4),
			/** Ids of the people who are spoken to in it. */
			mentions: field.set(5),
		},
	);
}

export type Comments = ReturnType<typeof commentsIn>;
export type Comment = Row<Comments>;

/** Whether a collection holds comments, of whichever app. */
export function isComments(known: Pick<Collection, 'number'>): known is Comments {
	return (known.number & 0xff) === COMMENTS;
}

/** A piece of what was said: plain, or a name with whose it is. */
export interface Piece {
	readonly text: string;
	readonly person: string | null;
}

/** Cuts a text at the names that stand in it behind an `@`. Of two names that fit, the longer one is meant. */
export function piecesOf(text: string, people: readonly Named[]): Piece[] {
	const names = people.filter(({ name }) => name.trim() !== '').toSorted((a, b) => b.name.length - a.name.length);
	const pieces: Piece[] = [];
	let plain = '';
	for (let at = 0; at < text.length;) {
		const found = text[at] === '@' && !isWord(text[at - 1]) ? names.find(({ name }) => stands(text, at + 1, name)) : undefined;
		if (!found) {
			plain += text[at++];
			continue;
		}
		if (plain !== '') pieces.push({ text: plain, person: null });
		plain = '';
		pieces.push({ text: text.slice(at, at + 1 + found.name.length), person: found.person });
		at += 1 + found.name.length;
	}
	return plain === '' ? pieces : [...pieces, { text: plain, person: null }];
}

/** Ids of those who are spoken to in a text. */
export function mentionsIn(text: string, people: readonly Named[]): ReadonlySet<string> {
	return new Set(piecesOf(text, people).flatMap(({ person }) => (person === null ? [] : [person])));
}

function stands(text: string, at: number, name: string): boolean {
	return text.slice(at, at + name.length).toLowerCase() === name.toLowerCase() && !isWord(text[at + name.length]);
}

function isWord(letter: string | undefined): boolean {
	return letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);
}
