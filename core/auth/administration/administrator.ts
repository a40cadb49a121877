import type { Person, Role } from '../person.ts';
import { refuse, type RefusalCode } from '../problems.ts';
import type { Presence } from '../sessions.ts';

/** Lets the owner and admins pass, as themselves. @throws Problem `role-missing` */
export function administrator({ person, session }: Presence): Person {
	const manages = person.role === 'owner' || person.role === 'admin';
	if (!manages || session.impersonator !== null) throw refuse('role-missing');
	return person;
}

/** What an admin changes about a person; what is left out stays. */
export interface Standing {
	readonly role?: Role | undefined;
	readonly suspended?: boolean | undefined;
}

/**
 * Why an administrator may not do that to somebody; `null` when they may. Owners may do everything but to shut themselves out; admins look
 * after members and guests, and make nobody more than that.
 *
 * @param change `'remove'`: the account goes
 * @param others how many further owners there are who are not suspended
 */
export function objection(
	actor: Pick<Person, 'id' | 'role'>,
	target: Pick<Person, 'id' | 'role'>,
	change: Standing | 'remove' | 'sign-out',
	others: number,
): RefusalCode | null {
	if (actor.role !== 'owner' && (outranks(target.role) || (typeof change === 'object' && outranks(change.role ?? 'guest'))))
		return 'role-missing';
	if (change === 'sign-out') return null;
	if (actor.id === target.id && (change === 'remove' || change.suspended === true)) return 'own-account';
	const staysOwner = typeof change === 'object' && (change.role ?? 'owner') === 'owner' && change.suspended !== true;
	return target.role === 'owner' && !staysOwner && others === 0 ? 'last-owner' : null;
}

function outranks(role: Role): boolean {
	return role === 'owner' || role === 'admin';
}
