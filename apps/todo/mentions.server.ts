import { recordOf, type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import { type Message, type Notifier, Problem } from '@mana/service';
import { InTime } from '@mana/service/in-time';
import type { ProjectionChange } from '@mana/service/projection/index';
import type { Comment } from '@mana/shared/comments';
import { type SpaceId, timeOf } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { comments, type Task, tasks } from './model.ts';

const DAY_MS = 24 * 3_600_000;
/** What was said longer ago, while nothing ran or somebody was offline, is not told any more. */
const LATE_MS = 7 * DAY_MS;
/** mana-notify forgets what it told after 30 days: beyond that its word is not relied on that something was told before. */
const REMEMBERED_MS = 29 * DAY_MS;
/** When to look again where it is not known who may see what, or somebody may have just come in, and for how long, in milliseconds. */
const [AGAIN_MS, COMING_MS] = [2_000, 60_000];
/** So much of a comment, a title and a name is told, in characters. */
const [MOST_SAID, MOST_TITLE, MOST_NAME] = [500, 300, 100];

/** That a comment speaks to somebody. */
interface Mention {
	readonly space: SpaceId;
	readonly comment: RecordId;
	readonly person: string;
	/** When they were named in it, ms since 1970. */
	readonly since: number;
	/** Whether it still stands: the comment was not thrown away, and names them. */
	stands: boolean;
	/** By which id mana-notify has it; `null`: it does not have it. */
	message: string | null;
}

export interface MentionsParts {
	readonly db: RecordDb;
	readonly clock: { now(): number };
	readonly notifier: Notifier;
	/** Whether it is known now who may see what. */
	isKnown(): boolean;
	/** Whether somebody may see the tasks of a space now. */
	mayRead(person: string, space: SpaceId): boolean;
	/** What somebody calls themselves; empty: nobody knows. @throws Problem 503 while nobody can say */
	nameOf(person: string): Promise<string>;
	/** Told what kept a message back; it is tried again. */
	failed(error: unknown): void;
}

/**
 * Tells people that a comment speaks to them, once for each comment and person, as long as they may see the task that it is about. A comment
 * that is thrown away, or names them no more, is not told where it has not been yet.
 */
export class Mentions {
	readonly #parts: MentionsParts;
	/** By the key of their message: the comment and the person. */
	readonly #mentions = new Map<string, Mention>();
	readonly #inTime: InTime<'mentioned'>;
	#begun = false;

	constructor(parts: MentionsParts) {
		this.#parts = parts;
		const { clock, notifier, failed } = parts;
		this.#inTime = new InTime({
			clock,
			failed,
			notifier: {
				send: async (message) => {
					const id = await notifier.send(message);
					const told = this.#mentions.get(message.key);
					if (told) told.message = id;
					return id;
				},
			},
			due: (now) => this.#dueAt(now),
		});
	}

	/** Begins with what is stored: what was told before this started has the same key, and is not told twice. */
	async start(): Promise<void> {
		const { db, clock } = this.#parts;
		const spaces = await db.selectFrom('mana_reading').select('space').execute();
		const stored = await rowsOf(
			db,
			spaces.map(({ space }) => space),
			comments,
		);
		for (const { space, row } of stored) {
			const { createdAt, editedAt } = row;
			if (createdAt === null || createdAt < clock.now() - REMEMBERED_MS) continue;
			for (const person of namedIn(row)) this.#take(space, row, person, editedAt ?? createdAt);
		}
		this.#begun = true;
		this.look();
	}

	/** Comments changed. Call `look` once it can be read. @param within the transaction in which they did */
	async heed(within: RecordDb, { space, cells }: ProjectionChange): Promise<void> {
		const changed = Map.groupBy(
			cells.filter(({ collection }) => collection === comments.number),
			({ record }) => record,
		);
		for (const [id, written] of changed) {
			const row = (await recordOf(within, space, comments, id))?.row;
			const named = namedIn(row);
			for (const mention of this.#mentions.values()) if (mention.comment === id) mention.stands = named.has(mention.person);
			for (const { field, key, stamp } of written)
				if (row && field === comments.fields.mentions.number && named.has(key)) this.#take(space, row, key, timeOf(stamp));
		}
	}

	forget(space: SpaceId): void {
		for (const [key, mention] of this.#mentions) if (mention.space === space) this.#mentions.delete(key);
	}

	/** Tells what is to be told now; nothing before `start`, when nobody knows yet who may see what. */
	look(): void {
		if (this.#begun) this.#inTime.look();
	}

	close(): Promise<void> {
		return this.#inTime.close();
	}

	#take(space: SpaceId, { id: comment }: Comment, person: string, said: number): void {
		const now = this.#parts.clock.now();
		const key = `${comment} ${person}`;
		if (said <= now - LATE_MS || this.#mentions.has(key)) return;
		this.#mentions.set(key, { space, comment, person, since: Math.min(said, now), stands: true, message: null });
	}

	async #dueAt(now: number): Promise<{ messages: Message<'mentioned'>[]; next: number }> {
		const { isKnown, mayRead } = this.#parts;
		const messages: Message<'mentioned'>[] = [];
		let next = Infinity;
		for (const [key, mention] of this.#mentions) {
			if (!mention.stands) await this.#takeBack(mention);
			if (mention.since <= now - LATE_MS) this.#mentions.delete(key);
			else if (!mention.stands || mention.message !== null) continue;
			else if (mayRead(mention.person, mention.space)) {
				const message = await this.#messageOf(key, mention);
				if (message) messages.push(message);
			} else if (mention.since > now - COMING_MS) next = now + AGAIN_MS;
		}
		return { messages, next: isKnown() ? next : now + AGAIN_MS };
	}

	/** Stops what was handed over and has not reached the person yet. */
	async #takeBack(mention: Mention): Promise<void> {
		if (mention.message === null) return;
		try {
			await this.#parts.notifier.cancel(mention.message);
		} catch (error) {
			// Told so long ago that mana-notify has forgotten it.
			if (!(error instanceof Problem) || error.code !== 'unknown-message') throw error;
		}
		mention.message = null;
	}

	/** `null`: there is nothing to open any more. */
	async #messageOf(key: string, { space, comment, person, since }: Mention): Promise<Message<'mentioned'> | null> {
		const { db, nameOf } = this.#parts;
		const said = (await recordOf(db, space, comments, comment))?.row;
		if (!said?.record) return null;
		const task = (await recordOf(db, space, tasks, said.record))?.row;
		if (!task || task.deletedAt !== null) return null;
		return {
			topic: 'mentioned',
			to: { person },
			data: {
				name: cut(oneLine(await nameOf(said.by)), MOST_NAME),
				title: titleOf(task, said),
				said: cut(said.text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?!\n)\p{Cc}/gu, ' '), MOST_SAID),
				link: linkInto(space, `/todo?task=${task.id}`),
			},
			key,
			expires: since + LATE_MS,
		};
	}
}

/** Whom a comment speaks to: not its author, and nobody when it is thrown away. */
function namedIn(row: Comment | undefined): ReadonlySet<string> {
	if (!row || row.deletedAt !== null) return new Set();
	return new Set([...row.mentions].filter((person) => person !== row.by));
}

/** What a task is called; one without a title goes by what was said about it. */
function titleOf({ title }: Task, { text }: Comment): string {
	return cut(oneLine(title) || oneLine(text) || '…', MOST_TITLE);
}

function oneLine(text: string): string {
	return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

function cut(text: string, most: number): string {
	const letters = [...text];
	return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}
