import type { Folder } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import type { Project } from '../model.ts';

/** The collection that lists are in. */
export const CALENDARS = 'calendars';

/** Largest calendar object in bytes: what the field that keeps it holds at least. */
export const LIMITS = { component: 'VTODO', bytes: 50_000 } as const;

/** A list of tasks as a calendar: a project, or what is in none. */
export interface List extends Folder {
	/** `null`: the inbox. */
	readonly project: Project | null;
}

/** The name of a list's collection. */
export function segmentOf(space: SpaceId, project: Project | null): string {
	return project?.calendarName || `${space}-${project?.id ?? 'inbox'}`;
}
