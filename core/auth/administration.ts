import { refuse } from './problems.ts';
import type { Presence } from './sessions.ts';

/** Lets the owner and admins pass. @throws Problem `role-missing` */
export function administrator(presence: Presence): Presence {
	if (presence.person.role !== 'owner' && presence.person.role !== 'admin') throw refuse('role-missing');
	return presence;
}
