import {
	calendarData,
	caldav,
	calendarPerson,
	calendarConditions,
	calendarProperties,
	calendarReports,
	hexOf,
	quietCalendarNames,
} from '@mana/dav/caldav/index';
import type { FolderApp, RecordTreeParts } from '@mana/dav/records/index';
import { objectsOf, tagNamesFor, tagsOf } from '@mana/dav/records/index';
import { appOf, type RecordId } from '@mana/model';
import { tasks } from '../model.ts';
import { projectsOf, taskKind } from './kind.server.ts';
import { foundTasks } from '../exchange/found-tasks.ts';
import { csvExport, markdownExport } from '../exchange/formats/written.ts';
import { objectOf } from '../vtodo.ts';
import { CALENDARS, LIMITS, type List, segmentOf } from './lists.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

/** What the list of tasks is called that are in no project. */
const inbox = (language: string): string => (language.startsWith('de') ? 'Eingang' : 'Inbox');

/** Tasks by CalDAV: each project of each space is a calendar, and what is in none is one more (RFC 4791). */
export function todoApp(
	parts: RecordTreeParts,
	write: Pick<WriteParts, 'clock' | 'writer'> & { readonly zone: string; zoneOf(person: string): Promise<string> },
): FolderApp<typeof tasks, List> {
	const { db } = parts;
	return {
		app: appOf(tasks.number),
		top: CALENDARS,
		urn: 'urn:mana:todo',
		kinds: [taskKind],
		data: calendarData,
		type: caldav('calendar'),
		conditions: calendarConditions,
		quiet: quietCalendarNames,
		writes: new Writes({ ...parts, ...write, zoneOf: () => write.zoneOf(parts.grant.person.id) }),
		reports: (reading) => calendarReports(reading, write.zone, () => write.clock.now()),
		person({ person, password }, hrefOf) {
			// Events by the same account, where its password opens them (RFC 4791 §6.2.1: there may be several homes).
			const more = password.apps.includes('calendar') ? parts.siblingHref('calendar-server', [CALENDARS]) : null;
			return calendarPerson([hrefOf([CALENDARS]), ...(more === null ? [] : [more])], [`mailto:${person.email}`]);
		},
		properties: ({ project }) => calendarProperties(LIMITS, project && hexOf(project.hue)),
		keepsTexts: true,
		typeOf: () => 'text/calendar; charset=utf-8; component=vtodo',
		async folders(spaces, language) {
			const all = await projectsOf(
				db,
				spaces.map(({ id }) => id),
			);
			const shown = all.filter(({ project }) => project.deletedAt === null && project.archivedAt === null);
			return spaces.flatMap(({ id: space, card, access, token }) =>
				[null, ...shown.filter((one) => one.space === space).map(({ project }) => project)].map((project): List => {
					const name = project?.name ?? inbox(language);
					return {
						space,
						project,
						home: project?.id ?? '',
						path: [CALENDARS, segmentOf(space, project)],
						access,
						token,
						name: card.kind === 'personal' ? name : `${card.name}: ${name}`,
						createdAt: project?.createdAt ?? null,
						removable: project !== null,
					};
				}),
			);
		},
		async texts({ space }, placed) {
			const tagNames = await tagNamesFor(
				db,
				space,
				placed.map(({ row }) => row),
			);
			const parents = [...new Set(placed.flatMap(({ row }) => (row.parent === null ? [] : [row.parent as RecordId])))];
			const found = parents.length === 0 ? [] : await objectsOf(db, taskKind, space, { ids: parents });
			const uids = new Map(found.map(({ row, uid }) => [row.id as string, uid]));
			return placed.map(({ row: task, uid, changedAt }) => {
				const parent = task.parent === null ? null : (uids.get(task.parent) ?? null);
				return objectOf({ task, uid, tags: tagNames(task), parent, changedAt }, write.zone);
			});
		},
		async *taken({ space, project }, placed) {
			const tagNames = new Map((await tagsOf(db, space)).map(({ id, name }) => [id as string, name]));
			const rows = placed.map(({ row }) => row);
			for (const format of [markdownExport, csvExport])
				for await (const text of format.write(inTurn(foundTasks(rows, project ? [project] : [], tagNames))))
					yield { ending: format.ending, text };
		},
	};
}

async function* inTurn<T>(all: Iterable<T>): AsyncGenerator<T> {
	yield* all;
}
