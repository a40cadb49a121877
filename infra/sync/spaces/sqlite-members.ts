import type { Database } from 'bun:sqlite';
import { appsToText } from '@mana/sync';
import type { Change, Invitation, Membership, MemberState, SpaceState } from '@mana/sync/space/index';
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

/** Members and invitations in a SQLite file. Everything here runs inside the transaction of whoever calls. */
export class SqliteMembers {
	readonly #sql;

	constructor(database: Database) {
		this.#sql = {
			member: database.prepare<MemberRow, [number, string]>(
				'select role, apps, name, since from member where space = ? and person = ?',
			),
			memberships: database.prepare<SpaceRow & LookRow & { role: string; apps: string }, [string]>(
				`select ${SPACE_COLUMNS}, ${LOOK_COLUMNS}, member.role, member.apps from member join space on space.number = member.space
				where member.person = ? and space.personal_of is null order by space.id`,
			),
			invitation: database.prepare<InvitationRow, [number, string]>('select * from invitation where space = ? and id = ?'),
			putSpace: database.prepare<null, [number, string, string, number | null, number]>(
				'update space set acl_epoch = ?, name = ?, owner = ?, archived_at = ? where number = ?',
			),
			putMember: database.prepare<null, [number, string, string, string, string, number]>(
				`insert into member (space, person, role, apps, name, since) values (?, ?, ?, ?, ?, ?)
				on conflict (space, person) do update set role = excluded.role, apps = excluded.apps, name = excluded.name, since = excluded.since`,
			),
			putInvitation: database.prepare<null, [string, number, string, string, string, string, number, number]>(
				'insert into invitation (id, space, hash, role, apps, made_by, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)',
			),
			endInvitation: database.prepare<null, [number, string]>('delete from invitation where space = ? and id = ?'),
			all: database.prepare<MemberRow & { person: string }, [number]>(
				'select person, role, apps, name, since from member where space = ?',
			),
			position: database.prepare<{ position: number }, []>(
				'update membership_head set position = position + 1 returning position',
			),
			log: database.prepare<null, [number, string, string, string, string, number, number, number, number]>(
				'insert into membership (position, space, person, role, apps, archived, acl_epoch, seq, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
			),
		};
	}

	member(space: number, person: string): MemberState | undefined {
		const row = this.#sql.member.get(space, person);
		return row ? memberOf(row) : undefined;
	}

	/** The shared spaces in which somebody is or was. */
	memberships(person: string): Membership[] {
		return this.#sql.memberships
			.all(person)
			.map((row) => ({ space: stateOf(row), access: memberOf({ ...row, name: '', since: 0 }).access, look: lookOf(row) }));
	}

	invitation(space: number, id: string): Invitation | undefined {
		const row = this.#sql.invitation.get(space, id);
		return row ? invitationOf(row) : undefined;
	}

	/** What commands changed. */
	write(number: number, before: SpaceState, { space, acl }: Pick<Change, 'space' | 'acl'>, now: number): void {
		const { aclEpoch, name, owner, archivedAt } = space;
		if (aclEpoch !== before.aclEpoch || name !== before.name) this.#sql.putSpace.run(aclEpoch, name, owner, archivedAt, number);
		for (const [person, member] of acl?.members ?? []) this.#sql.putMember.run(number, person, ...memberValues(member));
		for (const { id, hash, role, apps, by, createdAt, expiresAt } of acl?.invitations ?? [])
			this.#sql.putInvitation.run(id, number, hash, role, appsToText(apps), by, createdAt, expiresAt);
		for (const id of acl?.ended ?? []) this.#sql.endInvitation.run(number, id);
		// An archive or its end concerns everybody; else only those whose row changed.
		const changed =
			archivedAt === before.archivedAt
				? [...(acl?.members ?? [])]
				: this.#sql.all.all(number).map((row) => [row.person, memberOf(row)] as const);
		for (const [person, member] of changed) this.log(space, person, member, now);
	}

	/** Puts a change into the stream that other services follow. */
	log(space: SpaceState, person: string, member: MemberState, now: number): void {
		const [role, apps] = memberValues(member);
		const { position } = this.#sql.position.get()!;
		this.#sql.log.run(position, space.id, person, role, apps, space.archivedAt === null ? 0 : 1, space.aclEpoch, space.seq, now);
	}

	put(number: number, person: string, member: MemberState): void {
		this.#sql.putMember.run(number, person, ...memberValues(member));
	}
}
