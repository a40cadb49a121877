import { caldav } from '@mana/dav/caldav/index';
import {
	type CollectionChanges,
	type Content,
	dav,
	DavFailure,
	type DavPath,
	type DavResource,
	type DavTree,
	element,
	type PropertyChange,
	type XmlName,
} from '@mana/dav/index';
import type { AppGrant } from '@mana/service/app-passwords';
import type { Memberships } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { appOf, type RecordId } from '@mana/model';
import { tasks } from '../model.ts';
import {
	type Calendar,
	calendarResource,
	CALENDARS,
	collection,
	homeOf,
	quietNames,
	PRINCIPALS,
	segmentOf,
	taskResource,
} from './calendars.server.ts';
import { type Db, leftSince, type PlacedTask, projectsOf, readingsOf, tagsOf, tasksOf, type Wanted } from './records.server.ts';
import { reportsOf } from './reports.server.ts';
import type { SpaceCards } from './spaces.server.ts';
import { objectOf } from './vtodo.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

export interface TreeParts extends Omit<WriteParts, 'grant'> {
	readonly db: Db;
	readonly memberships: Memberships;
	readonly cards: SpaceCards;
}

/** The number of this app, by which members of a space are limited to apps. */
const APP = appOf(tasks.number);

/** What the list of tasks is called that are in no project. */
const inbox = (language: string): string => (language.startsWith('de') ? 'Eingang' : 'Inbox');

/** A person's tasks by CalDAV: each project of each of their spaces is a calendar, and what is in none is one more (RFC 4791). */
export class TaskTree implements DavTree {
	readonly principal: DavPath;
	readonly notInAllprop = quietNames;
	readonly reports: DavTree['reports'];
	readonly #parts: TreeParts;
	readonly #grant: AppGrant;
	readonly #writes: Writes;
	#calendars: Promise<readonly Calendar[]> | null = null;

	constructor(parts: TreeParts, grant: AppGrant) {
		this.#parts = parts;
		this.#grant = grant;
		this.principal = [PRINCIPALS, grant.person.id];
		this.#writes = new Writes({ ...parts, grant });
		this.reports = reportsOf({
			zone: parts.zone,
			all: (resource) => this.children(resource),
			these: (paths) => this.#files(paths),
		});
	}

	async find(path: DavPath): Promise<DavResource | null> {
		const [top, second, file, ...deeper] = path;
		if (deeper.length > 0) return null;
		if (top === undefined) return collection([], null);
		if (second === undefined) return top === CALENDARS ? this.#home() : top === PRINCIPALS ? collection(path, null) : null;
		if (top === PRINCIPALS) return file === undefined && second === this.#grant.person.id ? this.#person() : null;
		const calendar = top === CALENDARS ? await this.#calendar(second) : null;
		if (!calendar) return null;
		if (file === undefined) return calendarResource(calendar, this.principal);
		return (await this.#resources(calendar, { names: [file] }))[0] ?? null;
	}

	async children({ path }: DavResource): Promise<readonly DavResource[]> {
		const [top, second] = path;
		if (top === undefined) return [collection([CALENDARS], null), collection([PRINCIPALS], null)];
		if (top === PRINCIPALS) return second === undefined ? [this.#person()] : [];
		if (second === undefined) return (await this.#all()).map((calendar) => calendarResource(calendar, this.principal));
		const calendar = await this.#calendar(second);
		return calendar ? this.#resources(calendar, {}) : [];
	}

	async read({ properties, type }: DavResource): Promise<Blob> {
		const [text] = properties.get(caldav('calendar-data'))?.children ?? [];
		return new Blob([String(text)], { type: type ?? '' });
	}

	async put(path: DavPath, current: DavResource | null, content: Content): Promise<string | null> {
		const calendar = await this.#writable(path);
		const sent = await this.#writes.put(
			calendar,
			path[2]!,
			current && (await this.#placed(calendar, path[2]!, current)),
			content,
		);
		const kept = await this.#after(calendar.space, sent.seq, path);
		const [text] = kept?.properties.get(caldav('calendar-data'))?.children ?? [];
		return kept && text === sent.text ? kept.etag : null;
	}

	async remove({ path, kind }: DavResource): Promise<void> {
		const calendar = await this.#writable(path);
		if (kind === 'file') {
			const found = await this.find(path);
			const placed = found && (await this.#placed(calendar, path[2]!, found));
			if (placed) await this.#after(calendar.space, await this.#writes.trash(calendar, placed), path);
			return;
		}
		if (!calendar.project) throw new DavFailure(403, 'The inbox stays. Move its tasks, or complete them.');
		await this.#after(calendar.space, await this.#writes.trashProject(calendar), path);
	}

	async makeCollection(path: DavPath, types: readonly XmlName[], changes: readonly PropertyChange[]): Promise<void> {
		const [top, name, ...deeper] = path;
		if (top !== CALENDARS || name === undefined || deeper.length > 0 || !types.includes(caldav('calendar')))
			throw new DavFailure(403, 'Only calendars can be made here, side by side.', caldav('calendar-collection-location-ok'));
		const space = this.#personal();
		await this.#after(space, await this.#writes.makeProject(space, name, changes), path);
	}

	async patch({ path, kind }: DavResource, changes: readonly PropertyChange[]): Promise<void> {
		if (kind !== 'collection') throw this.#writes.refused(changes);
		const calendar = await this.#writable(path);
		await this.#after(calendar.space, await this.#writes.changeProject(calendar, changes), path);
	}

	async move({ path }: DavResource, to: DavPath, { replaces }: { readonly replaces: DavResource | null }): Promise<void> {
		const [source, target] = [await this.#writable(path), await this.#writable(to)];
		if (path.length !== 3 || to.length !== 3) throw new DavFailure(403, 'Tasks can be moved; calendars stay.');
		if (replaces) throw new DavFailure(403, 'There is another task at that place. Remove it first.', caldav('no-uid-conflict'));
		if (source.space !== target.space)
			throw new DavFailure(403, 'Tasks stay in their space. Copy it there, then remove it here.');
		const found = await this.find(path);
		const placed = found && (await this.#placed(source, path[2]!, found));
		if (!placed) throw new DavFailure(404, 'There is nothing at this address.');
		await this.#after(source.space, await this.#writes.move(placed, target, to[2]!), to);
	}

	async changes({ path }: DavResource, since: string | null, limit: number): Promise<CollectionChanges> {
		const calendar = path[0] === CALENDARS && path[1] !== undefined ? await this.#calendar(path[1]) : null;
		if (!calendar) throw new DavFailure(403, 'What changed here is not kept.', dav('supported-report'));
		const [name, head] = splitToken(calendar.token);
		const [before, from] = since === null ? [name, 0] : splitToken(since);
		if (before !== name || from > head || Number.isNaN(from))
			throw new DavFailure(403, 'This token is of another history. Begin again without one.', dav('valid-sync-token'));
		const home = homeOf(calendar);
		const present = await this.#placedTasks(calendar, since === null ? {} : { after: from });
		const gone = since === null ? [] : await leftSince(this.#parts.db, calendar.space, home, from);
		const lines = [
			...present.map((placed) => ({ seq: placed.seq, placed, left: null })),
			...gone.map(({ name, seq }) => ({ seq, placed: null, left: name })),
		].toSorted((a, b) => a.seq - b.seq);
		// What came by one change is told together, so that a token never stands in the middle of it.
		let count = Math.min(limit, lines.length);
		while (count > 0 && count < lines.length && lines[count]!.seq === lines[count - 1]!.seq) count++;
		const told = lines.slice(0, count);
		const more = count < lines.length;
		return {
			changed: await this.#described(
				calendar,
				told.flatMap(({ placed }) => (placed ? [placed] : [])),
			),
			removed: told.flatMap(({ left }) => (left === null ? [] : [[...calendar.path, left]])),
			token: `${name}.${more ? told.at(-1)!.seq : head}`,
			more,
		};
	}

	#home(): DavResource {
		// Calendars can be made in it.
		return { ...collection([CALENDARS], this.principal), access: this.#mayWrite ? 'write' : 'read' };
	}

	get #mayWrite(): boolean {
		return this.#grant.password.access === 'write';
	}

	#person(): DavResource {
		const { name, email } = this.#grant.person;
		const href = (path: DavPath) => element(dav('href'), this.#parts.hrefOf(path));
		return {
			...collection(
				this.principal,
				this.principal,
				element(dav('displayname'), name),
				element(dav('principal-URL'), href(this.principal)),
				element(dav('group-membership')),
				element(caldav('calendar-home-set'), href([CALENDARS])),
				element(caldav('calendar-user-address-set'), element(dav('href'), `mailto:${email}`)),
			),
			types: [dav('principal')],
		};
	}

	/** Every calendar that the person may see now. */
	#all(): Promise<readonly Calendar[]> {
		return (this.#calendars ??= this.#list());
	}

	async #list(): Promise<readonly Calendar[]> {
		const { memberships, cards, db } = this.#parts;
		const { person } = this.#grant;
		const spaces = memberships.spacesOf(person.id).filter((space) => memberships.can(person.id, space, 'read', APP));
		const known = await cards.of(this.#grant, spaces);
		const readings = await readingsOf(db, spaces);
		const projects = (await projectsOf(db, spaces)).filter(
			({ project }) => project.deletedAt === null && project.archivedAt === null,
		);
		return spaces.flatMap((space) => {
			const card = known.get(space);
			if (!card) return [];
			const shared = card.kind !== 'personal';
			const access = this.#mayWrite && memberships.can(person.id, space, 'write', APP) ? 'write' : 'read';
			const reading = readings.get(space);
			const token = `urn:mana:todo:${reading?.name ?? 'new'}.${reading?.seq ?? 0}`;
			const own = [null, ...projects.filter((one) => one.space === space).map(({ project }) => project)];
			return own.map((project): Calendar => {
				const name = project?.name ?? inbox(person.language);
				const path = [CALENDARS, segmentOf(space, project)];
				return { space, project, path, access, token, name: shared ? `${card.name}: ${name}` : name };
			});
		});
	}

	async #calendar(segment: string): Promise<Calendar | null> {
		return (await this.#all()).find(({ path }) => path[1] === segment) ?? null;
	}

	/** @throws DavFailure 403, 409 */
	async #writable([top, segment]: DavPath): Promise<Calendar> {
		const calendar = top === CALENDARS && segment !== undefined ? await this.#calendar(segment) : null;
		if (!calendar) throw new DavFailure(403, 'Tasks lie in calendars.');
		if (calendar.access !== 'write') throw new DavFailure(403, 'You may read this, not change it.');
		return calendar;
	}

	/** @throws DavFailure 403 */
	#personal(): SpaceId {
		const { memberships } = this.#parts;
		const { id } = this.#grant.person;
		const own = memberships.personalSpace(id) as SpaceId | null;
		if (own === null || !this.#mayWrite || !memberships.can(id, own, 'write', APP))
			throw new DavFailure(403, 'You may not make lists here.');
		return own;
	}

	#placedTasks(calendar: Calendar, wanted: Wanted): Promise<PlacedTask[]> {
		return tasksOf(this.#parts.db, calendar.space, { home: homeOf(calendar), ...wanted });
	}

	/** The task behind a resource, as long as it is still what the resource says. @throws DavFailure 412 */
	async #placed(calendar: Calendar, name: string, { etag }: DavResource): Promise<PlacedTask> {
		const [placed] = await this.#placedTasks(calendar, { names: [name] });
		if (!placed || taskResource(placed, calendar, this.principal, '').etag !== etag)
			throw new DavFailure(412, 'It has changed since.');
		return placed;
	}

	async #resources(calendar: Calendar, wanted: Wanted): Promise<DavResource[]> {
		return this.#described(calendar, await this.#placedTasks(calendar, wanted));
	}

	/** Tasks as files. What stands elsewhere, names of tags and UIDs of parents, is read once for all of them. */
	async #described(calendar: Calendar, placed: readonly PlacedTask[]): Promise<DavResource[]> {
		const { db, zone } = this.#parts;
		const anyTags = placed.some(({ task }) => task.tags.size > 0);
		const names = new Map((anyTags ? await tagsOf(db, calendar.space) : []).map(({ id, name }) => [id as string, name]));
		const parents = [...new Set(placed.flatMap(({ task }) => (task.parent === null ? [] : [task.parent as RecordId])))];
		const found = parents.length === 0 ? [] : await tasksOf(db, calendar.space, { ids: parents });
		const uids = new Map(found.map(({ task, uid }) => [task.id as string, uid]));
		return placed.map((one) => {
			const { task, uid, changedAt } = one;
			const tags = [...task.tags].flatMap((tag) => names.get(tag) ?? []).toSorted();
			const parent = task.parent === null ? null : (uids.get(task.parent) ?? null);
			return taskResource(one, calendar, this.principal, objectOf({ task, uid, tags, parent, changedAt }, zone));
		});
	}

	/** The files at these paths, in as few questions as there are calendars among them. */
	async #files(paths: readonly DavPath[]): Promise<DavResource[]> {
		const byCalendar = new Map<string, string[]>();
		for (const [top, segment, name, ...deeper] of paths)
			if (top === CALENDARS && segment !== undefined && name !== undefined && deeper.length === 0)
				byCalendar.set(segment, [...(byCalendar.get(segment) ?? []), name]);
		const found: DavResource[] = [];
		for (const [segment, names] of byCalendar) {
			const calendar = await this.#calendar(segment);
			if (calendar) found.push(...(await this.#resources(calendar, { names })));
		}
		return found;
	}

	/** Waits until what was written can be read here. @returns what is at the place then; `null` when that takes too long */
	async #after(space: SpaceId, seq: number, path: DavPath): Promise<DavResource | null> {
		const reached = await this.#parts.reached(space, seq);
		this.#calendars = null;
		return reached ? this.find(path) : null;
	}
}

function splitToken(token: string): [name: string, seq: number] {
	const at = token.lastIndexOf('.');
	return [token.slice(0, at), Number(token.slice(at + 1))];
}
