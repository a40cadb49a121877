import type { Message, Notifier } from '@mana/service';
import { InTime } from '@mana/service/in-time';
import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { instantOf } from '@mana/time/zone';
import type { RecordId } from '@mana/model';
import type { ProjectionChange } from '@mana/service/projection/index';
import type { RecordDb } from '@mana/dav/records/index';
import { type PlacedTask, tasksOf } from './dav/kind.server.ts';
import { tasks } from './model.ts';

const MINUTE_MS = 60_000;
/** What was due longer ago, while nothing ran, is not told any more. */
const LATE_MS = 12 * 3_600_000;
/** When to look again where it is not known whose a space is, in milliseconds. */
const AGAIN_MS = 2_000;
/** No zone is further away from another (UTC-12 to UTC+14), in days. */
const ZONES_DAYS = 2;
/** When a day begins, for reminders of what has no time. */
const MIDNIGHT = '00:00';

/** A task that wants to be remembered: when it is due on the clocks of its person, and since when it says so. */
interface Due {
	readonly day: string;
	readonly time: string;
	readonly title: string;
	readonly changedAt: number;
	/** How long before it is due, in minutes. */
	readonly before: readonly number[];
	/** In a shared space, who is to do it. */
	readonly assignees: ReadonlySet<string>;
}

export interface RemindersParts {
	readonly db: RecordDb;
	readonly clock: { now(): number };
	readonly notifier: Pick<Notifier, 'send'>;
	/** Whose own space it is; `null` for one that is shared; `undefined`: not known now. */
	ownerOf(space: SpaceId): string | null | undefined;
	/** Whether somebody may see the tasks of a space now. */
	mayRead(person: string, space: SpaceId): boolean;
	/** The zone (IANA) on whose clocks somebody lives now. @throws Problem 503 while nobody can say */
	zoneOf(person: string): Promise<string>;
	/** Told what kept a reminder back; it is tried again. */
	failed(error: unknown): void;
}

/**
 * Tells people of tasks of their own, and of those that they were given in shared spaces, when they are due and as long before as was said, on
 * the clocks of the zone where the person is by then, whether or not any page of theirs is open.
 */
export class Reminders {
	readonly #parts: RemindersParts;
	readonly #due = new Map<SpaceId, Map<RecordId, Due>>();
	readonly #inTime: InTime<'task-due'>;

	constructor(parts: RemindersParts) {
		this.#parts = parts;
		const { clock, notifier, failed } = parts;
		this.#inTime = new InTime({ clock, notifier, failed, due: (now) => this.#dueAt(now) });
	}

	/** Begins with what is stored. */
	async start(): Promise<void> {
		const spaces = await this.#parts.db.selectFrom('mana_reading').select('space').execute();
		for (const { space } of spaces) for (const placed of await tasksOf(this.#parts.db, space, {})) this.take(placed);
		this.look();
	}

	/** Tasks changed. @param within the transaction in which they did */
	async heed(within: RecordDb, { space, cells }: ProjectionChange): Promise<void> {
		const ids = [...new Set(cells.filter(({ collection }) => collection === tasks.number).map(({ record }) => record))];
		if (ids.length === 0) return;
		for (const id of ids) this.#due.get(space)?.delete(id);
		for (const placed of await tasksOf(within, space, { ids })) this.take(placed);
		this.look();
	}

	forget(space: SpaceId): void {
		this.#due.delete(space);
	}

	/** Tells what is due now, and comes back when the next one is. */
	look(): void {
		this.#inTime.look();
	}

	close(): Promise<void> {
		return this.#inTime.close();
	}

	/** Remembers a task: one that is due at a time, or that has reminders, which are then before the midnight at which its day begins. */
	take({ space, row, changedAt }: PlacedTask): void {
		const { id, title, dueDay, dueTime, completedAt, deletedAt, assignees } = row;
		const said = [...row.reminders].filter((one) => /^-?\d{1,6}$/.test(one)).map(Number);
		const before = said.length === 0 && dueTime !== null ? [0] : said;
		if (dueDay === null || before.length === 0 || completedAt !== null || deletedAt !== null) return;
		let held = this.#due.get(space);
		if (!held) this.#due.set(space, (held = new Map()));
		held.set(id, { day: dueDay, time: dueTime ?? MIDNIGHT, title, changedAt, before, assignees });
	}

	/** What is due by now, and when the next one is. */
	async #dueAt(now: number): Promise<{ messages: Message<'task-due'>[]; next: number }> {
		const { ownerOf, zoneOf } = this.#parts;
		const messages: Message<'task-due'>[] = [];
		let next = Infinity;
		for (const [space, held] of this.#due) {
			const soon = [...held].flatMap(([id, due]) => remindersSoon(due, now).map((before) => ({ id, due, before })));
			const owner = soon.length > 0 ? ownerOf(space) : null;
			if (owner === undefined) next = Math.min(next, now + AGAIN_MS);
			if (owner === undefined) continue;
			for (const { id, due, before } of soon)
				for (const person of this.#listeners(space, owner, due)) {
					const dueAt = instantOf(await zoneOf(person), Date.parse(`${due.day}T${due.time}Z`));
					const at = dueAt - before * MINUTE_MS;
					if (at > now) next = Math.min(next, at);
					else if (at > now - LATE_MS && at >= due.changedAt - (due.changedAt % MINUTE_MS))
						messages.push(reminderOf(person, { id, due, before, dueAt, space: owner === null ? space : null }));
				}
		}
		return { messages, next };
	}

	/** Whom a task is told to. */
	#listeners(space: SpaceId, owner: string | null, { assignees }: Due): readonly string[] {
		return owner === null ? [...assignees].filter((person) => this.#parts.mayRead(person, space)) : [owner];
	}
}

interface Reminder {
	readonly id: RecordId;
	readonly due: Due;
	/** Minutes before it is due. */
	readonly before: number;
	/** ms since 1970 */
	readonly dueAt: number;
	/** In which shared space it is; `null`: in the person's own. */
	readonly space: SpaceId | null;
}

function reminderOf(person: string, { id, due: { day, time, title }, before, dueAt, space }: Reminder): Message<'task-due'> {
	const data = { title, at: dueAt, link: linkInto(space, `/todo?task=${id}`) };
	const key = [id, day, time, ...(before === 0 ? [] : [String(-before)]), ...(space === null ? [] : [person])].join(' ');
	return { topic: 'task-due', to: { person }, data, key, collapse: id, expires: dueAt - before * MINUTE_MS + LATE_MS };
}

/** Of the reminders of a task, those whose moment may be near somewhere on earth. */
function remindersSoon({ day, before }: Due, now: number): number[] {
	const midnight = Date.parse(day);
	return before.filter((minutes) => Math.abs(midnight - minutes * MINUTE_MS - now) <= (ZONES_DAYS + 1) * 24 * 60 * MINUTE_MS);
}
