import type { Person, Role } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';

/** A link that somebody can still join with. */
export interface OpenInvitation {
	/** The hash of its secret: with it nobody can join. */
	readonly id: string;
	readonly role: Role;
	/** Who made it; `null` when they have left. */
	readonly by: { readonly id: string; readonly name: string } | null;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly expiresAt: string;
}

/** The invitations that nobody has used yet, newest first. */
export async function openInvitations(realm: Realm): Promise<OpenInvitation[]> {
	const rows = await look(realm, (db) =>
		db
			.selectFrom('one_time_link as link')
			.leftJoin('person', 'person.id', 'link.person_id')
			.select(['link.hash', 'link.role', 'link.person_id', 'link.created_at', 'link.expires_at', 'person.name'])
			.where('link.kind', '=', 'invitation')
			.where('link.expires_at', '>', realm.clock.now())
			.orderBy('link.created_at', 'desc')
			.execute(),
	);
	return rows.map(({ hash, role, person_id, created_at, expires_at, name }) => ({
		id: hash,
		role: role ?? 'member',
		by: person_id === null || name === null ? null : { id: person_id, name },
		createdAt: new Date(created_at).toISOString(),
		expiresAt: new Date(expires_at ?? 0).toISOString(),
	}));
}

/** Ends an invitation before it is used. @throws Problem `invitation-unknown`, `role-missing` for one to more than the actor may give */
export async function endInvitation(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('one_time_link')
			.where('kind', '=', 'invitation')
			.where('hash', '=', id)
			.returning('role')
			.executeTakeFirst();
		if (row === undefined) throw refuse('invitation-unknown');
		if (row.role === 'admin' && actor.role !== 'owner') throw refuse('role-missing');
		await note(realm, db, 'invitation-ended', { person: actor.id }, client);
	});
}
