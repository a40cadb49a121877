import { apple, caldav } from '@mana/dav/caldav/index';
import {
	type Content,
	dav,
	DavFailure,
	type DavPath,
	element,
	type PropertyChange,
	RefusedProperties,
	textOf,
} from '@mana/dav/index';
import { BadCalendar, type Component, lineOf, parseCalendar } from '@mana/dav/ical/index';
import { type Draft, InvalidValue, namedRecordId, type RecordId } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import { type MemberWriter, type ServiceWriter, WriteRefused } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { projects, type Tag, tagId, tags, type Task, taskIdOf, tasks } from '../model.ts';
import { type Calendar, CALENDARS, homeOf, MOST_BYTES, segmentOf } from './calendars.server.ts';
import { hueOf } from './hue.server.ts';
import { type Db, type PlacedTask, projectsOf, recordOf, type RecordTables, tagsOf, tasksOf } from './records.server.ts';
import { readTodo, type SaidTodo, todoIn } from './vtodo.server.ts';

export interface WriteParts {
	readonly db: Db;
	readonly writer: MemberWriter<RecordTables>;
	readonly clock: { now(): number };
	/** In which times are shown that come in UTC. */
	readonly zone: string;
	readonly grant: AppGrant;
	/** The address of a resource of this tree, as a client sees it. */
	hrefOf(path: DavPath): string;
	/** Resolves to whether a write can be read here, once it can or after a while. */
	reached(space: SpaceId, seq: number): Promise<boolean>;
}

/** Tasks that go in one step. */
const AT_ONCE = 500;

/** What a program changes, as transactions of its person's device. Each answers the space's counter after it, when it is on the disk. */
export class Writes {
	readonly #parts: WriteParts;

	constructor(parts: WriteParts) {
		this.#parts = parts;
	}

	/**
	 * Writes a task as the difference between what a program sends and what it saw.
	 *
	 * @param current what it saw; `null` when it says that there was nothing
	 */
	async put(
		calendar: Calendar,
		name: string,
		current: PlacedTask | null,
		content: Content,
	): Promise<{ seq: number; text: string }> {
		const { db, zone, clock } = this.#parts;
		const { todo, text } = parse(content);
		const said = readTodo(todo, zone);
		const { space } = calendar;
		if (said.uid === '') throw invalid('A VTODO has a UID.');
		if (said.uid.length > 255) throw invalid('A UID has at most 255 characters.');
		if (current && current.uid !== said.uid) throw await this.#conflict(calendar, said.uid, current.name);
		const taken = current ? null : (await tasksOf(db, space, { uids: [said.uid] }))[0];
		if (taken) throw await this.#conflict(calendar, said.uid, taken.name, taken.home);
		const id = current?.task.id ?? taskIdOf(said.uid);
		const held = await recordOf(db, space, tasks, id);
		if (held && !held.row)
			throw new DavFailure(403, 'This task was deleted for good. Give it a new UID.', caldav('no-uid-conflict'));
		const before = held?.row ?? null;
		const known = await tagsOf(db, space);
		const parent = await this.#parent(calendar, said, id, before);
		const seq = await this.#write(space, (tx) => {
			const wanted = {
				...fieldsOf(said, before, clock.now()),
				tags: tagIds(tx, said.tags, known),
				project: calendar.project?.id ?? null,
				parent,
				uid: said.uid === id ? '' : said.uid,
				calendarName: name === `${said.uid}.ics` ? '' : name,
				calendarObject: text,
			};
			if (!before || !held) tx.create(tasks, id, wanted);
			else {
				// Against the version that the program saw: whoever wrote since wins, and the program asks again (RFC 4791 §5.3.2).
				tx.expect(id, current?.seq ?? held.seq);
				if (before.deletedAt !== null) tx.restore(tasks, id);
				tx.update(tasks, id, differences(wanted, before), before);
			}
		});
		return { seq, text };
	}

	/** Puts a task with its steps in the trash. */
	async trash({ space }: Calendar, placed: PlacedTask): Promise<number> {
		const steps = await tasksOf(this.#parts.db, space, { parents: [placed.task.id] });
		return this.#write(space, (tx) => {
			tx.expect(placed.task.id, placed.seq);
			for (const { task } of [placed, ...steps]) tx.trash(tasks, task.id);
		});
	}

	/** Puts a project with its tasks in the trash. */
	async trashProject(calendar: Calendar): Promise<number> {
		const { space, project } = calendar;
		const inside = await tasksOf(this.#parts.db, space, { home: homeOf(calendar) });
		for (let at = 0; at < inside.length; at += AT_ONCE)
			await this.#write(space, (tx) => {
				for (const { task } of inside.slice(at, at + AT_ONCE)) tx.trash(tasks, task.id);
			});
		return this.#write(space, (tx) => tx.trash(projects, project!.id));
	}

	/** Files a task in another list of its space, or under another name. */
	move({ task, seq, uid }: PlacedTask, { space, project }: Calendar, name: string): Promise<number> {
		return this.#write(space, (tx) => {
			tx.expect(task.id, seq);
			const moved = { project: project?.id ?? null, parent: null, calendarName: name === `${uid}.ics` ? '' : name };
			tx.update(tasks, task.id, differences(moved, task), task);
		});
	}

	/** Makes a project whose calendar has the name that a program gave it. */
	async makeProject(space: SpaceId, name: string, changes: readonly PropertyChange[]): Promise<number> {
		const id = namedRecordId(`todo/projects/${space}/${name}`);
		const draft = { name, ...this.#settings(changes), calendarName: name };
		const held = await recordOf(this.#parts.db, space, projects, id);
		const first = (await projectsOf(this.#parts.db, [space])).length;
		return this.#write(space, (tx) => {
			if (!held) tx.create(projects, id, { hue: (255 + first * 130) % 360, ...draft });
			else {
				tx.restore(projects, id);
				tx.update(projects, id, { ...draft, archivedAt: null });
			}
		});
	}

	/** @throws RefusedProperties for what a list does not have */
	changeProject({ space, project }: Calendar, changes: readonly PropertyChange[]): Promise<number> {
		if (!project) throw this.refused(changes);
		const draft = this.#settings(changes);
		return this.#write(space, (tx) => tx.update(projects, project.id, draft));
	}

	refused(changes: readonly PropertyChange[]): RefusedProperties {
		return new RefusedProperties(new Map(changes.map(({ name }) => [name, 403])));
	}

	#settings(changes: readonly PropertyChange[]): { name?: string; hue?: number } {
		const draft: { name?: string; hue?: number } = {};
		const refused: PropertyChange[] = [];
		for (const change of changes) {
			const text = change.value ? textOf(change.value) : '';
			const hue = change.name === apple('calendar-color') ? hueOf(text) : null;
			if (change.name === dav('displayname') && text !== '' && text.length <= 120) draft.name = text;
			else if (hue !== null) draft.hue = hue;
			else if (change.name === caldav('supported-calendar-component-set') && names(change).includes('VTODO')) continue;
			else refused.push(change);
		}
		if (refused.length > 0) throw this.refused(refused);
		return draft;
	}

	/** The task that a program says this is a step of, as far as it is in the same list. */
	async #parent(calendar: Calendar, { parent }: SaidTodo, id: RecordId, before: Task | null): Promise<RecordId | null> {
		if (parent === null) return null;
		const [found] = await tasksOf(this.#parts.db, calendar.space, { uids: [parent], home: homeOf(calendar) });
		// Steps have no steps of their own.
		if (!found || found.task.id === id || found.task.parent !== null)
			return before?.parent === found?.task.id ? ((before?.parent ?? null) as RecordId | null) : null;
		return found.task.id;
	}

	async #conflict(calendar: Calendar, uid: string, name: string, home = homeOf(calendar)): Promise<DavFailure> {
		const found = (await projectsOf(this.#parts.db, [calendar.space])).find(({ project }) => project.id === home);
		const href = this.#parts.hrefOf([CALENDARS, segmentOf(calendar.space, found?.project ?? null), name]);
		return new DavFailure(
			409,
			`The UID ${uid} belongs to another task, or this task has another UID.`,
			element(caldav('no-uid-conflict'), element(dav('href'), href)),
		);
	}

	async #write(space: SpaceId, action: (tx: ServiceWriter) => void): Promise<number> {
		const { writer, grant } = this.#parts;
		try {
			return await writer.write({ credential: grant.password.id, token: grant.token }, space, action);
		} catch (error) {
			if (error instanceof InvalidValue) throw invalid(`${error.field}: ${error.rule}`);
			if (!(error instanceof WriteRefused)) throw error;
			if (error.code === 'stale') throw new DavFailure(412, 'Somebody changed it meanwhile. Read it again, then decide.');
			throw new DavFailure(error.code === 'invalid' ? 409 : 403, error.message);
		}
	}
}

/** @throws DavFailure with the condition of RFC 4791 §5.3.2.1 that does not hold */
function parse({ bytes, type }: Content): { readonly todo: Component; readonly text: string } {
	const media = (type ?? 'text/calendar').split(';')[0]!.trim().toLowerCase();
	if (media !== 'text/calendar') throw new DavFailure(415, 'Send tasks as text/calendar.', caldav('supported-calendar-data'));
	if (bytes.length > MOST_BYTES)
		throw new DavFailure(403, `A task has at most ${MOST_BYTES} bytes.`, caldav('max-resource-size'));
	try {
		const calendar = parseCalendar(bytes);
		const todo = todoIn(calendar);
		const others = calendar.components.filter(({ name }) => name !== 'VTIMEZONE' && name !== 'VTODO');
		if (!todo || others.some(({ name }) => !name.startsWith('X-')))
			throw new DavFailure(403, 'Tasks (VTODO) are kept here, nothing else.', caldav('supported-calendar-component'));
		if (lineOf(calendar, 'METHOD'))
			throw new DavFailure(403, 'What is kept has no METHOD.', caldav('valid-calendar-object-resource'));
		const uids = new Set(calendar.components.filter(({ name }) => name === 'VTODO').map((one) => lineOf(one, 'UID')?.value));
		if (uids.size !== 1)
			throw new DavFailure(403, 'One file is one task, with one UID.', caldav('valid-calendar-object-resource'));
		return { todo, text: new TextDecoder().decode(bytes) };
	} catch (error) {
		if (error instanceof BadCalendar) throw invalid(error.message);
		throw error;
	}
}

function invalid(why: string): DavFailure {
	return new DavFailure(403, why, caldav('valid-calendar-data'));
}

/** The fields of a task that a VTODO says. When it was done is kept to what was known, where the program does not say. */
function fieldsOf(
	said: SaidTodo,
	before: Task | null,
	now: number,
): Pick<Task, 'title' | 'notes' | 'dueDay' | 'dueTime' | 'priority' | 'completedAt'> {
	const { title, notes, dueDay, dueTime, priority, done, completedAt } = said;
	return { title, notes, dueDay, dueTime, priority, completedAt: done ? (completedAt ?? before?.completedAt ?? now) : null };
}

/** What differs from what is there, field by field, so that nobody's change to another field is undone. */
function differences(wanted: Draft<typeof tasks>, before: Task): Draft<typeof tasks> {
	const same = (a: unknown, b: unknown) =>
		Array.isArray(a) && b instanceof Set ? a.length === b.size && a.every((one) => b.has(one)) : a === b;
	return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !same(value, before[name as keyof Task])));
}

/** Ids of tags by their names; those that nobody has yet are made. */
function tagIds(tx: ServiceWriter, wanted: readonly string[], known: readonly Tag[]): RecordId[] {
	return wanted.map((name) => {
		const same = (tag: Tag) => tag.name.toLowerCase() === name.toLowerCase();
		const there = known.find((tag) => tag.deletedAt === null && same(tag));
		if (there) return there.id;
		const id = tagId(name);
		if (known.some((tag) => tag.id === id)) {
			tx.restore(tags, id);
			tx.update(tags, id, { name });
		} else tx.create(tags, id, { name });
		return id;
	});
}

function names({ value }: PropertyChange): string[] {
	return (value?.children ?? []).flatMap((one) =>
		typeof one === 'string' ? [] : [one.attributes.get('{}name')?.toUpperCase() ?? ''],
	);
}
