import type { SpaceId } from '@mana/sync';
import type { SpaceLook } from '@mana/sync/spaces';
import { ask, auth } from './auth.ts';

export type SpaceRole = 'owner' | 'admin' | 'editor' | 'commenter' | 'viewer';
/** What a link may carry; see `infra/sync/invitations.ts`. */
export type LinkRole = Exclude<SpaceRole, 'owner'>;

export interface SpaceInfo {
	readonly id: SpaceId;
	readonly kind: 'personal' | 'family' | 'organisation';
	readonly name: string;
	readonly role: SpaceRole;
}

/** What becomes of a member's access; what is left out stays. */
export interface MemberChange {
	readonly role?: SpaceRole;
	/** Numbers of the apps that they may see, ascending; `null`: all, those of the future too. */
	readonly apps?: readonly number[] | null;
}

export interface SpaceInvitation {
	readonly id: string;
	readonly role: LinkRole;
	/** ms since 1970 */
	readonly expiresAt: number;
}

/** A service of this Mana that reads or writes in a space. */
export interface SpaceService {
	readonly service: string;
	/** Collections, as `todo/tasks`, or `todo/*` for all of an app. */
	readonly reads: readonly string[];
	readonly writes: readonly string[];
	readonly allowed: boolean;
}

/** The browser's side of mana-sync's spaces. What changes comes back by sync, so nothing here is kept. */
export const spaceApi = {
	list: () => call<{ spaces: readonly SpaceInfo[] }>('GET', '/spaces'),
	create: (input: { kind: 'family' | 'organisation'; name: string; look: Partial<SpaceLook> }) =>
		call<SpaceInfo>('POST', '/spaces', input),
	change: (space: string, input: { name?: string; archived?: boolean; look?: Partial<SpaceLook> }) =>
		call<SpaceInfo>('PATCH', `/spaces/${space}`, input),
	grant: (space: string, person: string, change: MemberChange) =>
		call<unknown>('PATCH', `/spaces/${space}/members/${encodeURIComponent(person)}`, change),
	remove: (space: string, person: string) => call<unknown>('DELETE', `/spaces/${space}/members/${encodeURIComponent(person)}`),
	handOver: (space: string, person: string) => call<unknown>('PUT', `/spaces/${space}/owner`, { person }),
	invitations: (space: string) => call<{ invitations: readonly SpaceInvitation[] }>('GET', `/spaces/${space}/invitations`),
	/** @param mail to whom it is sent as well */
	invite: (space: string, role: LinkRole, mail?: { readonly address: string; readonly language: string }) =>
		call<SpaceInvitation & { link: string }>('POST', `/spaces/${space}/invitations`, { role, ...(mail && { mail }) }),
	withdraw: (space: string, id: string) => call<unknown>('DELETE', `/spaces/${space}/invitations/${encodeURIComponent(id)}`),
	services: (space: string) => call<{ services: readonly SpaceService[] }>('GET', `/spaces/${space}/services`),
	decide: (space: string, service: string, allowed: boolean) =>
		call<SpaceService>('PUT', `/spaces/${space}/services/${encodeURIComponent(service)}`, { allowed }),
	preview: (invitation: string) =>
		call<SpaceInfo & SpaceLook & { inviter: string; space: SpaceId }>('POST', '/invitation-previews', { invitation }),
	accept: (invitation: string) => call<SpaceInfo>('POST', '/memberships', { invitation }),
};

async function call<T>(method: string, path: string, body?: object): Promise<T> {
	const { token } = await auth.token();
	return ask<T>(method, path, body, { door: '/api/mana-sync', token });
}
