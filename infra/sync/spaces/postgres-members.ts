import { appsToText, type SpaceId } from '@mana/sync';
import type { Change, Invitation, Membership, MemberState, Need, SpaceState } from '@mana/sync/space/index';
import type { PoolClient } from 'pg';
import {
	type InvitationRow,
	invitationOf,
	LOOK_COLUMNS,
	lookOf,
	type LookRow,
	memberOf,
	type MemberRow,
	memberValues,
	SPACE_COLUMNS,
	type SpaceRow,
	stateOf,
} from './member-rows.ts';

/** A need of a space that exists. */
type Known = Need & { readonly number: number; readonly personalOf: string | null };

/** Who is or was a member, of those asked for, by the number of the space. */
export async function findMembers(client: PoolClient, needs: readonly Known[]): Promise<Map<number, Map<string, MemberState>>> {
	const found = new Map(needs.map(({ number }) => [number, new Map<string, MemberState>()]));
	const asked = needs.flatMap(({ number, persons }) => persons.map((person) => [number, person] as const));
	if (asked.length === 0) return found;
	const { rows } = await client.query<MemberRow & { space: number; person: string }>(
		`select member.space, member.person, role, apps, name, since from member
		join unnest($1::bigint[], $2::text[]) as asked (space, person) on member.space = asked.space and member.person = asked.person`,
		[asked.map(([number]) => number), asked.map(([, person]) => person)],
	);
	for (const row of rows) found.get(row.space)!.set(row.person, memberOf(row));
	return found;
}

/** The shared spaces in which the owners of these personal spaces are or were. */
export async function findMemberships(client: PoolClient, needs: readonly Known[]): Promise<Map<number, Membership[]>> {
	const asked = needs.filter(({ memberships, personalOf }) => memberships && personalOf !== null);
	const found = new Map(asked.map(({ number }) => [number, [] as Membership[]]));
	if (asked.length === 0) return found;
	const numbers = new Map(asked.map(({ number, personalOf }) => [personalOf!, number]));
	const { rows } = await client.query<SpaceRow & LookRow & MemberRow & { person: string }>(
		`select ${SPACE_COLUMNS}, ${LOOK_COLUMNS}, member.role, member.apps, member.person from member join space on space.number = member.space
		where member.person = any($1::text[]) and space.personal_of is null order by space.id`,
		[[...numbers.keys()]],
	);
	for (const row of rows)
		found
			.get(numbers.get(row.person)!)!
			.push({ space: stateOf(row), access: memberOf({ ...row, since: 0 }).access, look: lookOf(row) });
	return found;
}

export async function findInvitations(
	client: PoolClient,
	needs: readonly Known[],
): Promise<Map<number, Map<string, Invitation>>> {
	const found = new Map(needs.map(({ number }) => [number, new Map<string, Invitation>()]));
	const ids = needs.flatMap(({ invitations }) => invitations);
	if (ids.length === 0) return found;
	const { rows } = await client.query<InvitationRow & { space: number }>('select * from invitation where id = any($1::text[])', [
		ids,
	]);
	for (const row of rows) found.get(row.space)?.set(row.id, invitationOf(row));
	return found;
}

/** What commands changed in one space. */
export async function writeMembers(
	client: PoolClient,
	{ number, ...row }: SpaceRow,
	{ space, acl }: Pick<Change, 'space' | 'acl'>,
	now: number,
): Promise<void> {
	const before = stateOf({ number, ...row });
	const { aclEpoch, name, owner, archivedAt } = space;
	if (aclEpoch !== before.aclEpoch || name !== before.name)
		await client.query('update space set acl_epoch = $1, name = $2, owner = $3, archived_at = $4 where number = $5', [
			aclEpoch,
			name,
			owner,
			archivedAt,
			number,
		]);
	for (const [person, member] of acl?.members ?? []) await putMember(client, number, person, member);
	for (const { id, hash, role, apps, by, createdAt, expiresAt } of acl?.invitations ?? [])
		await client.query(
			'insert into invitation (id, space, hash, role, apps, made_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)',
			[id, number, hash, role, appsToText(apps), by, createdAt, expiresAt],
		);
	if (acl && acl.ended.length > 0)
		await client.query('delete from invitation where space = $1 and id = any($2::text[])', [number, acl.ended]);
	// An archive or its end concerns everybody; else only those whose row changed.
	for (const [person, member] of archivedAt === before.archivedAt ? (acl?.members ?? []) : await everybody(client, number))
		await logMember(client, space, person, member, now);
}

export async function putMember(client: PoolClient, number: number, person: string, member: MemberState): Promise<void> {
	await client.query(
		`insert into member (space, person, role, apps, name, since) values ($1, $2, $3, $4, $5, $6)
		on conflict (space, person) do update set role = excluded.role, apps = excluded.apps, name = excluded.name, since = excluded.since`,
		[number, person, ...memberValues(member)],
	);
}

/** Puts a change into the stream that other services follow. The head's row is locked until the commit, so positions appear in order. */
export async function logMember(
	client: PoolClient,
	space: Pick<SpaceState, 'archivedAt' | 'aclEpoch' | 'seq'> & { readonly id: SpaceId },
	person: string,
	member: MemberState,
	now: number,
): Promise<void> {
	const [role, apps] = memberValues(member);
	await client.query(
		`with head as (update membership_head set position = position + 1 returning position)
		insert into membership (position, space, person, role, apps, archived, acl_epoch, seq, at)
		select position, $1, $2, $3, $4, $5, $6, $7, $8 from head`,
		[space.id, person, role, apps, space.archivedAt === null ? 0 : 1, space.aclEpoch, space.seq, now],
	);
}

async function everybody(client: PoolClient, number: number): Promise<[string, MemberState][]> {
	const { rows } = await client.query<MemberRow & { person: string }>(
		'select person, role, apps, name, since from member where space = $1',
		[number],
	);
	return rows.map((row) => [row.person, memberOf(row)]);
}
