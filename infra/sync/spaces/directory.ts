import { type Access, appsFromText, type Role, serviceActor, serviceOf, type SpaceId } from '@mana/sync';
import type { SpaceKind, SpaceLook } from '@mana/sync/spaces';
import { sql } from 'kysely';
import { GONE, type InvitationRow, invitationOf, LOOK_COLUMNS, lookOf, type LookRow } from './member-rows.ts';
import type { Invitation } from '@mana/sync/space/index';
import type { SyncStore } from '../store.ts';

/** A space as those who may know of it see it. */
export interface SpaceCard extends Access {
	readonly id: SpaceId;
	readonly kind: SpaceKind;
	readonly name: string;
	readonly owner: string;
	readonly archivedAt: number | null;
	readonly aclEpoch: number;
}

export interface MemberCard extends Access {
	readonly person: string;
	readonly name: string;
	readonly since: number;
}

/** Reads spaces, members and invitations for people who manage them. It decides nothing: every change is judged again at commit. */
export class Directory {
	readonly #store: SyncStore;

	constructor(store: SyncStore) {
		this.#store = store;
	}

	/** The spaces of a person, oldest first. */
	async spacesOf(person: string): Promise<SpaceCard[]> {
		const rows = await this.#cards(person).orderBy('space.id').execute();
		return rows.map(cardOf);
	}

	/** A space as a person sees it; `null` for whoever is no member. */
	async space(id: string, person: string): Promise<SpaceCard | null> {
		const row = await this.#cards(person).where('space.id', '=', id).executeTakeFirst();
		return row ? cardOf(row) : null;
	}

	async members(space: SpaceId): Promise<MemberCard[]> {
		const rows = await this.#store.db
			.selectFrom('member')
			.innerJoin('space', 'space.number', 'member.space')
			.select(['member.person', 'member.name', 'member.role', 'member.apps', 'member.since'])
			.where('space.id', '=', space)
			.where('member.role', '!=', GONE)
			.where('member.person', 'not like', `${serviceActor('')}%`)
			.orderBy('member.since')
			.orderBy('member.person')
			.execute();
		return rows.map(({ person, name, role, apps, since }) => ({
			person,
			name,
			role: role as Role,
			apps: appsFromText(apps),
			since,
		}));
	}

	/** Services about which somebody decided something here. */
	async services(space: SpaceId): Promise<{ readonly service: string; readonly allowed: boolean }[]> {
		const rows = await this.#store.db
			.selectFrom('member')
			.innerJoin('space', 'space.number', 'member.space')
			.select(['member.person', 'member.role'])
			.where('space.id', '=', space)
			.where('member.person', 'like', `${serviceActor('')}%`)
			.execute();
		return rows.map(({ person, role }) => ({ service: serviceOf(person) ?? '', allowed: role !== GONE }));
	}

	/** Whether there is such a space and it lets a service in: it does unless somebody decided otherwise. */
	async letsIn(space: SpaceId, service: string): Promise<boolean> {
		const row = await this.#store.db
			.selectFrom('space')
			.leftJoin('member', (join) =>
				join.onRef('member.space', '=', 'space.number').on('member.person', '=', serviceActor(service)),
			)
			.select('member.role')
			.where('space.id', '=', space)
			.executeTakeFirst();
		return row !== undefined && row.role !== GONE;
	}

	/** Whose space it is, for a service that it lets in; `null`: there is none, or it does not. */
	async ownerWhoLetsIn(space: SpaceId, service: string): Promise<string | null> {
		if (!(await this.letsIn(space, service))) return null;
		const row = await this.#store.db.selectFrom('space').select('owner').where('id', '=', space).executeTakeFirst();
		return row?.owner ?? null;
	}

	/** Invitations that still work. @param now ms since 1970 */
	async invitations(space: SpaceId, now: number): Promise<Invitation[]> {
		const rows = await this.#store.db
			.selectFrom('invitation')
			.innerJoin('space', 'space.number', 'invitation.space')
			.selectAll('invitation')
			.where('space.id', '=', space)
			.where('invitation.expires_at', '>', now)
			.orderBy('invitation.created_at')
			.execute();
		return rows.map((row) => invitationOf(row as InvitationRow));
	}

	/** The invitation with this hash, and where it leads. @param now ms since 1970 */
	async invitation(
		hash: string,
		now: number,
	): Promise<{
		space: SpaceId;
		kind: SpaceKind;
		name: string;
		look: SpaceLook;
		invitation: Invitation;
		inviter: string;
	} | null> {
		const row = await this.#store.db
			.selectFrom('invitation')
			.innerJoin('space', 'space.number', 'invitation.space')
			.leftJoin('member', (join) =>
				join.onRef('member.space', '=', 'invitation.space').onRef('member.person', '=', 'invitation.made_by'),
			)
			.selectAll('invitation')
			.select(['space.id as space_id', 'space.kind', 'space.name', 'member.name as inviter'])
			.where('invitation.hash', '=', hash)
			.where('invitation.expires_at', '>', now)
			.executeTakeFirst();
		if (!row) return null;
		const { space_id, kind, name, inviter } = row;
		const look = await this.#look(space_id);
		return {
			space: space_id as SpaceId,
			kind,
			name,
			look,
			invitation: invitationOf(row as InvitationRow),
			inviter: inviter ?? '',
		};
	}

	async #look(id: string): Promise<SpaceLook> {
		const { rows } = await sql<LookRow>`select ${sql.raw(LOOK_COLUMNS)} from space where id = ${id}`.execute(this.#store.db);
		return lookOf(rows[0] ?? { hue: null, picture: null });
	}

	#cards(person: string) {
		return this.#store.db
			.selectFrom('space')
			.innerJoin('member', 'member.space', 'space.number')
			.select([
				'space.id',
				'space.kind',
				'space.name',
				'space.owner',
				'space.archived_at',
				'space.acl_epoch',
				'member.role',
				'member.apps',
			])
			.where('member.person', '=', person)
			.where('member.role', '!=', GONE);
	}
}

function cardOf(row: {
	id: string;
	kind: SpaceKind;
	name: string;
	owner: string;
	archived_at: number | null;
	acl_epoch: number;
	role: string;
	apps: string;
}): SpaceCard {
	const { id, kind, name, owner, role, apps } = row;
	return {
		id: id as SpaceId,
		kind,
		name,
		owner,
		archivedAt: row.archived_at,
		aclEpoch: row.acl_epoch,
		role: role as Role,
		apps: appsFromText(apps),
	};
}
