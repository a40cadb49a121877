import type { Access } from './permission.ts';

const PREFIX = 'service:';

/** What a service may do in a space that grants it anything; in which collections, its row in the schema says. */
export const SERVICE_ACCESS: Access = { role: 'editor', apps: null };

/** The name under which a service reads and writes in spaces, where people have their ids. mana-auth gives nobody such an id. */
export function serviceActor(service: string): string {
	return `${PREFIX}${service}`;
}

/** The service behind an actor; `null` for people. */
export function serviceOf(actor: string): string | null {
	return actor.startsWith(PREFIX) ? actor.slice(PREFIX.length) : null;
}

/**
 * What somebody may do, given what the space knows of them: `undefined` for who was never there, `null` for who is no more. Services of
 * this Mana are let in until an admin of the space shuts them out; people have to be members.
 */
export function accessOf(actor: string, member: { readonly access: Access | null } | undefined): Access | null | undefined {
	return member ? member.access : serviceOf(actor) === null ? undefined : SERVICE_ACCESS;
}
