import { apple, caldav, componentsIn, hueOf, invalidCalendar, parseSent } from '@mana/dav/caldav/index';
import { type Content, dav, DavFailure, type DavPath, element, type PropertyChange, textOf } from '@mana/dav/index';
import {
	differences,
	type FolderWrites,
	Member,
	objectsTiedTo,
	type RecordDb,
	recordOf,
	type RecordTables,
	refusing,
	tagIds,
	tagsOf,
} from '@mana/dav/records/index';
import { parseCalendar } from '@mana/dav/ical/index';
import { namedRecordId, type RecordId } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { MemberWriter, ServiceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { projects, type Task, taskIdOf, tasks } from '../model.ts';
import { type PlacedTask, projectsOf, taskKind, tasksOf } from './kind.server.ts';
import { CALENDARS, LIMITS, type List, segmentOf } from './lists.server.ts';
import { followUp, goesAlong, nextIdOf } from '../next.ts';
import { stepsUnderStored } from '../step-tree.ts';
import { nextOf } from '../repeat.ts';
import { readTodo, type SaidTodo, todoIn } from '../vtodo.ts';

export interface WriteParts {
	readonly db: RecordDb;
	readonly writer: MemberWriter<RecordTables>;
	readonly clock: { now(): number };
	/** On whose clocks (IANA) the person lives. */
	zoneOf(): Promise<string>;
	readonly grant: AppGrant;
	/** The address of a resource of this tree, as a client sees it. */
	hrefOf(path: DavPath): string;
}

/** Tasks that go in one step. */
const AT_ONCE = 500;

/** What a program changes, as transactions of its person's device. Each answers the space's counter after it, when it is on the disk. */
export class Writes implements FolderWrites<typeof tasks, List> {
	readonly #parts: WriteParts;
	readonly #member: Member;

	constructor(parts: WriteParts) {
		this.#parts = parts;
		this.#member = new Member(parts.writer, parts.grant, caldav('valid-calendar-data'));
	}

	async put(list: List, name: string, current: PlacedTask | null, content: Content): Promise<{ seq: number; text: string }> {
		const { db, clock } = this.#parts;
		const { calendar, text } = parseSent(content, LIMITS);
		const todo = todoIn(calendar);
		if (!todo) throw invalidCalendar('There is no task in this calendar.');
		const zone = await this.#zoneOf(current?.row ?? null);
		const said = readTodo(todo, zone);
		const { space } = list;
		if (current && current.uid !== said.uid) throw await this.#conflict(list, said.uid, current.name);
		const taken = current ? null : (await tasksOf(db, space, { uids: [said.uid] }))[0];
		if (taken) throw await this.#conflict(list, said.uid, taken.name, taken.home);
		const id = current?.row.id ?? taskIdOf(said.uid);
		const held = await recordOf(db, space, tasks, id);
		if (held && !held.row)
			throw new DavFailure(403, 'This task was deleted for good. Give it a new UID.', caldav('no-uid-conflict'));
		const before = held?.row ?? null;
		const known = await tagsOf(db, space);
		const parent = await this.#parent(list, said, id, before);
		const steps = current ? [] : await this.#waiting(list, said.uid, id, parent);
		const fields = fieldsOf(said, before, clock.now());
		const follow = before === null ? null : await this.#following(space, before, { ...before, ...fields });
		const seq = await this.#member.write(space, (tx) => {
			for (const step of steps) tx.update(tasks, step.row.id, { parent: id });
			follow?.(tx);
			const wanted = {
				...fields,
				tags: tagIds(tx, said.tags, known),
				project: list.project?.id ?? null,
				parent,
				uid: said.uid === id ? '' : said.uid,
				calendarName: name === `${said.uid}.ics` ? '' : name,
				calendarObject: text,
				calendarZone: said.inUtc ? zone : '',
			};
			if (!before || !held) tx.create(tasks, id, wanted);
			else {
				// Against the version that the program saw: whoever wrote since wins, and the program asks again (RFC 4791 §5.3.2).
				tx.expect(id, current?.seq ?? held.seq);
				if (before.deletedAt !== null) tx.restore(tasks, id);
				tx.update(tasks, id, differences<typeof tasks>(wanted, before), before);
			}
		});
		return { seq, text };
	}

	/** Puts a task with all that stands under it in the trash. */
	async trash({ space }: List, placed: PlacedTask): Promise<number> {
		const { id } = placed.row;
		const steps = await stepsUnderStored(id, (of) => this.#stepsOf(space, of));
		return this.#member.write(space, (tx) => {
			tx.expect(id, placed.seq);
			for (const one of [placed.row, ...steps]) tx.trash(tasks, one.id);
		});
	}

	/** Puts a project with its tasks in the trash. */
	async trashFolder({ space, project, home }: List): Promise<number> {
		const inside = await tasksOf(this.#parts.db, space, { home });
		for (let at = 0; at < inside.length; at += AT_ONCE)
			await this.#member.write(space, (tx) => {
				for (const { row } of inside.slice(at, at + AT_ONCE)) tx.trash(tasks, row.id);
			});
		return this.#member.write(space, (tx) => {
			if (project) tx.trash(projects, project.id);
		});
	}

	move({ row, seq, uid }: PlacedTask, { space, project }: List, name: string): Promise<number> {
		return this.#member.write(space, (tx) => {
			tx.expect(row.id, seq);
			const moved = { project: project?.id ?? null, parent: null, calendarName: name === `${uid}.ics` ? '' : name };
			tx.update(tasks, row.id, differences<typeof tasks>(moved, row), row);
		});
	}

	/** Makes a project whose calendar has the name that a program gave it. */
	async makeFolder(space: SpaceId, name: string, _: unknown, changes: readonly PropertyChange[]): Promise<number> {
		const id = namedRecordId(`todo/projects/${space}/${name}`);
		const draft = { name, ...this.#settings(changes), calendarName: name };
		const held = await recordOf(this.#parts.db, space, projects, id);
		const first = (await projectsOf(this.#parts.db, [space])).length;
		return this.#member.write(space, (tx) => {
			if (!held) tx.create(projects, id, { hue: (255 + first * 130) % 360, ...draft });
			else {
				tx.restore(projects, id);
				tx.update(projects, id, { ...draft, archivedAt: null });
			}
		});
	}

	/** @throws RefusedProperties for what a list does not have */
	async changeFolder({ space, project }: List, changes: readonly PropertyChange[]): Promise<number> {
		if (!project) throw refusing(changes);
		const draft = this.#settings(changes);
		return this.#member.write(space, (tx) => tx.update(projects, project.id, draft));
	}

	/** What becomes of the next one when a program completes a task that comes again, or takes that back: as in a browser. */
	async #following(space: SpaceId, before: Task, after: Task): Promise<((tx: ServiceWriter) => void) | null> {
		if ((before.completedAt === null) === (after.completedAt === null)) return null;
		const { db, clock, zoneOf } = this.#parts;
		const last = before.rounds === null ? null : (await recordOf(db, space, tasks, nextIdOf(before.id, before.rounds)))?.row;
		const made = last?.deletedAt === null ? last : null;
		if (after.completedAt === null) {
			if (made?.completedAt !== null) return null;
			const gone = [made, ...(await stepsUnderStored(made.id, (id) => this.#stepsOf(space, id)))];
			return (tx) => {
				for (const { id } of gone) tx.trash(tasks, id);
			};
		}
		const next = made || after.repeat === null ? null : nextOf(after, { now: clock.now(), zone: await zoneOf() });
		if (!next) return null;
		const { rounds, made: drafts } = followUp(
			after,
			await stepsUnderStored(before.id, (id) => this.#stepsOf(space, id), goesAlong),
			next,
		);
		return (tx) => {
			tx.update(tasks, before.id, { rounds });
			for (const { id, draft } of drafts) tx.create(tasks, id, draft);
		};
	}

	#settings(changes: readonly PropertyChange[]): { name?: string; hue?: number } {
		const draft: { name?: string; hue?: number } = {};
		const refused: PropertyChange[] = [];
		for (const change of changes) {
			const text = change.value ? textOf(change.value) : '';
			const hue = change.name === apple('calendar-color') ? hueOf(text) : null;
			if (change.name === dav('displayname') && text !== '' && text.length <= 120) draft.name = text;
			else if (hue !== null) draft.hue = hue;
			else if (
				change.name === caldav('supported-calendar-component-set') &&
				componentsIn(change.value).includes(LIMITS.component)
			)
				continue;
			else refused.push(change);
		}
		if (refused.length > 0) throw refusing(refused);
		return draft;
	}

	/**
	 * On whose clocks times in UTC are shown: where they came so before, on the same ones, whoever writes now, so that nobody moves what they only
	 * touched; else on those of who writes.
	 */
	async #zoneOf(before: Task | null): Promise<string> {
		return before?.calendarZone || (await this.#parts.zoneOf());
	}

	/** The task that a program says this is a step of, as far as it is in the same list. */
	async #parent({ space, home }: List, { parent }: SaidTodo, id: RecordId, before: Task | null): Promise<RecordId | null> {
		if (parent === null) return null;
		const [found] = await tasksOf(this.#parts.db, space, { uids: [parent], home });
		if (!found) return null;
		// What would stand under itself stays where it is.
		return (await this.#above(space, found.row.id)).includes(id) ? (before?.parent ?? null) : found.row.id;
	}

	async #stepsOf(space: SpaceId, id: RecordId): Promise<Task[]> {
		const tied = await objectsTiedTo(this.#parts.db, taskKind, space, id);
		return tied.map(({ row }) => row).filter(({ parent }) => parent === id);
	}

	/** A task and all that it stands under, from itself up. */
	async #above(space: SpaceId, id: RecordId): Promise<RecordId[]> {
		const seen: RecordId[] = [];
		for (let at: RecordId | null = id; at !== null && !seen.includes(at);) {
			seen.push(at);
			at = (await recordOf(this.#parts.db, space, tasks, at))?.row?.parent ?? null;
		}
		return seen;
	}

	/** Tasks that said that they are steps of this one before it was there: programs send them in any order. */
	async #waiting({ space, home }: List, uid: string, id: RecordId, parent: RecordId | null): Promise<PlacedTask[]> {
		const above = new Set<string>([id, ...(parent === null ? [] : await this.#above(space, parent))]);
		const alone = (await tasksOf(this.#parts.db, space, { home })).filter(
			({ row }) => row.parent === null && !above.has(row.id) && row.calendarObject.includes('RELATED-TO'),
		);
		return alone.filter(({ row }) => {
			const todo = todoIn(parseCalendar(new TextEncoder().encode(row.calendarObject)));
			return todo !== undefined && readTodo(todo, 'UTC').parent === uid;
		});
	}

	async #conflict({ space, home: own }: List, uid: string, name: string, home = own): Promise<DavFailure> {
		const found = (await projectsOf(this.#parts.db, [space])).find(({ project }) => project.id === home);
		const href = this.#parts.hrefOf([CALENDARS, segmentOf(space, found?.project ?? null), name]);
		return new DavFailure(
			409,
			`The UID ${uid} belongs to another task, or this task has another UID.`,
			element(caldav('no-uid-conflict'), element(dav('href'), href)),
		);
	}
}

/** The fields of a task that a VTODO says. When it was done is kept to what was known, where the program does not say. */
function fieldsOf(
	said: SaidTodo,
	before: Task | null,
	now: number,
): Pick<Task, 'title' | 'notes' | 'dueDay' | 'dueTime' | 'priority' | 'repeat' | 'completedAt'> {
	const { title, notes, dueDay, dueTime, priority, repeat, done, completedAt } = said;
	return {
		title,
		notes,
		dueDay,
		dueTime,
		priority,
		repeat,
		completedAt: done ? (completedAt ?? before?.completedAt ?? now) : null,
	};
}
