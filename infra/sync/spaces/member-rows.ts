import { appsFromText, appsToText, type Role, type SpaceId } from '@mana/sync';
import type { Beginning, Invitation, MemberState, SpaceState } from '@mana/sync/space/index';
import { type SpaceKind, type SpaceLook, spaces } from '@mana/sync/spaces';
import { valueFromBytes } from './bytes.ts';

/** The role of somebody who was a member. */
export const GONE = 'gone';

export interface SpaceRow {
	readonly id: SpaceId;
	readonly number: number;
	readonly epoch: number;
	readonly seq: number;
	readonly next_actor: number;
	readonly log_hash: Uint8Array;
	readonly log_position: number;
	readonly acl_epoch: number;
	readonly kind: SpaceKind;
	readonly name: string;
	readonly owner: string;
	readonly archived_at: number | null;
	readonly horizon: number;
	/** See `beginningsFromText`. */
	readonly beginnings: string;
	readonly personal_of: string | null;
	/** Whether the sums of its collections are kept, see `digests/tables.ts`. */
	readonly digests: number;
}

/** Its columns, as both engines select them. */
export const SPACE_COLUMNS =
	'space.id, space.number, space.epoch, space.seq, space.next_actor, space.log_hash, space.log_position, space.acl_epoch, space.kind, space.name, space.owner, space.archived_at, space.personal_of, space.digests, space.horizon, space.beginnings';

/** How it looks, as its own record says it: the bytes of the registers. */
export interface LookRow {
	readonly hue: Uint8Array | null;
	readonly picture: Uint8Array | null;
}

const lookColumn = (name: 'hue' | 'picture') =>
	`(select cell.value from cell where cell.space = space.number and cell.record = space.id and cell.collection = ${spaces.number}
		and cell.field = ${spaces.fields[name].number} and cell.key = '') as ${name}`;

/** Its columns beside those of `space`. */
export const LOOK_COLUMNS = `${lookColumn('hue')}, ${lookColumn('picture')}`;

export function lookOf({ hue, picture }: LookRow): SpaceLook {
	const [degrees, address] = [valueFromBytes(hue), valueFromBytes(picture)];
	return { hue: typeof degrees === 'number' ? degrees : null, picture: typeof address === 'string' ? address : null };
}

export interface MemberRow {
	readonly role: string;
	readonly apps: string;
	readonly name: string;
	readonly since: number;
}

export interface InvitationRow {
	readonly id: string;
	readonly hash: string;
	readonly role: string;
	readonly apps: string;
	readonly made_by: string;
	readonly created_at: number;
	readonly expires_at: number;
}

export function stateOf(row: SpaceRow): SpaceState {
	const { id, epoch, seq, kind, name, owner, horizon } = row;
	return {
		id,
		epoch,
		seq,
		nextActor: row.next_actor,
		aclEpoch: row.acl_epoch,
		kind,
		name,
		owner,
		archivedAt: row.archived_at,
		horizon,
		beginnings: beginningsFromText(row.beginnings),
	};
}

/** Epoch and seq of each, as JSON. */
export function beginningsFromText(text: string): readonly Beginning[] {
	return (JSON.parse(text) as [number, number][]).map(([epoch, seq]) => ({ epoch, seq }));
}

export function beginningsToText(beginnings: readonly Beginning[]): string {
	return JSON.stringify(beginnings.map(({ epoch, seq }) => [epoch, seq]));
}

export function memberOf({ role, apps, name, since }: MemberRow): MemberState {
	return { access: role === GONE ? null : { role: role as Role, apps: appsFromText(apps) }, name, since };
}

/** Columns of a member's row: role, apps, name, since. */
export function memberValues({ access, name, since }: MemberState): readonly [string, string, string, number] {
	return [access?.role ?? GONE, appsToText(access?.apps ?? null), name, since];
}

export function invitationOf(row: InvitationRow): Invitation {
	const { id, hash, role, apps } = row;
	return {
		id,
		hash,
		role: role as Role,
		apps: appsFromText(apps),
		by: row.made_by,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
	};
}
