import { appOf, fieldNumber, lww } from '@mana/model';
import type { Role } from './frames.ts';

export { sameReach } from './same-reach.ts';

/** What people may be in a space, each able to do what those before it may (sync.md §6.8). */
export const ROLES = ['viewer', 'commenter', 'editor', 'admin', 'owner'] as const satisfies readonly Role[];

/** What somebody may want to do in a space, with the least role that may do it. */
const LEAST_ROLE = {
	read: 'viewer',
	comment: 'commenter',
	write: 'editor',
	/** Invite people, change their roles, remove them; rename and archive the space. */
	manage: 'admin',
	/** Make admins, hand the space over. */
	own: 'owner',
} as const satisfies Record<string, Role>;
export type Action = keyof typeof LEAST_ROLE;
export const ACTIONS = Object.keys(LEAST_ROLE) as Action[];

/** What a member may see and do: a role, and the apps in which it counts. */
export interface Access {
	readonly role: Role;
	/** Numbers of the apps that it is limited to, ascending; `null`: all apps, those of the future too. */
	readonly apps: readonly number[] | null;
}

/** The app whose collections say what the space is and who is in it (`spaces.ts`): every member reads it, only the server writes it. */
export const SPACES_APP = 254;

/** The app whose collections are used by all apps alike (`@mana/shared/model`): words and ids that stand for records, never what those say. */
export const SHARED_APP = 250;

/** The number that an app's comments have in it (`@mana/shared/comments`): who may only comment writes there, and nowhere else. */
export const COMMENTS = 250;

/** The field of a comment with the id of the person who wrote it. */
export const COMMENT_AUTHOR = fieldNumber(3, lww);

/** Whether a collection holds what people say about the records of an app. */
export function holdsComments(collection: number): boolean {
	return (collection & 0xff) === COMMENTS && !isForAll(appOf(collection));
}

/** Apps that come with every other one. */
export function isForAll(app: number): boolean {
	return app === SPACES_APP || app === SHARED_APP;
}

/** Whether a role allows an action. No role (not a member) and a role this build does not know allow nothing. */
export function roleAllows(role: string | undefined, action: Action): boolean {
	return ROLES.indexOf(role as Role) >= ROLES.indexOf(LEAST_ROLE[action]);
}

/** Whether an access reaches into an app. */
export function reaches({ apps }: Pick<Access, 'apps'>, app: number): boolean {
	return apps === null || isForAll(app) || apps.includes(app);
}

/** Whether somebody with this access may do something, in one app or in the space as a whole. */
export function allows(access: Access | null | undefined, action: Action, app?: number): boolean {
	return !!access && roleAllows(access.role, action) && (app === undefined || reaches(access, app));
}

/** Those cells that somebody with this access may read. */
export function visibleTo<C extends { readonly collection: number }>(
	access: Pick<Access, 'apps'>,
	cells: readonly C[],
): readonly C[] {
	return access.apps === null ? cells : cells.filter(({ collection }) => reaches(access, appOf(collection)));
}

/** Whether `after` lets everything be read that `before` did. */
export function covers(after: Pick<Access, 'apps'>, before: Pick<Access, 'apps'>): boolean {
	return after.apps === null || (before.apps !== null && before.apps.every((app) => after.apps!.includes(app)));
}

/** Apps as one text, for stores and fields: '' for all of them, '-' for none. */
export function appsToText(apps: Access['apps']): string {
	return apps === null ? '' : apps.length === 0 ? '-' : apps.join(',');
}

/** Reads what `appsToText` wrote. What it cannot read is no app at all. */
export function appsFromText(text: string): Access['apps'] {
	if (text === '') return null;
	return text
		.split(',')
		.map(Number)
		.filter((app) => Number.isInteger(app) && app > 0);
}
