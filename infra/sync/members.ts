/**
 * What people may be in a space (sync.md §6.8). Today every space is personal and has one member, its owner; sharing adds rows to the
 * `member` table and nothing else here changes: every write is already judged by `can()` at the moment it is committed.
 */
export const ROLES = ['viewer', 'commenter', 'editor', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What somebody may want to do in a space, with the least role that may do it. */
const LEAST_ROLE = {
	read: 'viewer',
	comment: 'commenter',
	write: 'editor',
	invite: 'admin',
	remove: 'owner',
} as const satisfies Record<string, Role>;
export type Action = keyof typeof LEAST_ROLE;

/** Whether a role allows an action. No role (not a member) and a role this build does not know allow nothing. */
export function can(role: string | undefined, action: Action): boolean {
	return ROLES.indexOf(role as Role) >= ROLES.indexOf(LEAST_ROLE[action]);
}
