import type { Collection, RecordId, Value } from '@mana/model';
import { systemFields } from '@mana/model';
import type { Place, SpaceId } from '../cell.ts';
import { type Access, appsToText, covers, roleAllows } from '../permission.ts';
import { accessOf, SERVICE_ACCESS, serviceOf } from '../service-actor.ts';
import { memberRecordId, members, serviceRecordId, services, type SpaceLook, spaceRecordId, spaces } from '../spaces.ts';
import type { CommandRequest, Invitation, Membership, MemberState, SpaceState } from './state.ts';

/** What can be done to a space and to who is in it. */
export type Command =
	/** Tells the members what the tables say: the first command in a new space. */
	| { readonly kind: 'announce' }
	| { readonly kind: 'change'; readonly name?: string; readonly archived?: boolean; readonly look?: Partial<SpaceLook> }
	| { readonly kind: 'grant'; readonly target: string; readonly role?: Access['role']; readonly apps?: Access['apps'] }
	/** Removes somebody; with oneself as the target: leaves. */
	| { readonly kind: 'remove'; readonly target: string }
	| { readonly kind: 'hand-over'; readonly target: string }
	/**
	 * Takes somebody who left this Mana out of what the space says: their name, their id, and the registers at these places, which name them. Only
	 * the server itself says it, with the one who left as the one who asks.
	 */
	| { readonly kind: 'forget'; readonly target: string; readonly places: readonly Place[] }
	/** Lets a service in or shuts it out. `target`: its actor. */
	| { readonly kind: 'service'; readonly target: string; readonly allowed: boolean }
	| { readonly kind: 'invite'; readonly invitation: Invitation }
	| { readonly kind: 'withdraw'; readonly invitation: string }
	/** `by`: who invited, as the invitation says; `name`: what the one who comes in is called. */
	| { readonly kind: 'accept'; readonly invitation: string; readonly by: string; readonly name: string };

/** The answer to a command. */
export type Commanded = Done | Declined;

export interface Done {
	readonly type: 'done';
	readonly space: SpaceState;
	/** Whose list of spaces has changed. */
	readonly affected: readonly string[];
}

export interface Declined {
	readonly type: 'declined';
	readonly code: DeclinedCode;
	/** Sentence for a person. */
	readonly detail: string;
}

export type DeclinedCode =
	| 'unknown-space'
	| 'forbidden'
	| 'personal-space'
	| 'member-unknown'
	| 'owner-stays'
	| 'role-impossible'
	| 'archived'
	| 'already-member'
	| 'service-unknown'
	| 'invitation-unknown'
	| 'invitation-invalid';

/** The state that a command is decided on, and what it does to it. */
export interface CommandState {
	readonly space: SpaceState;
	member(person: string): MemberState | undefined;
	invitation(id: string): Invitation | undefined;
}

export interface Effect {
	readonly space: SpaceState;
	readonly members: readonly (readonly [person: string, MemberState])[];
	readonly invitations: readonly Invitation[];
	readonly ended: readonly string[];
	readonly cells: readonly Written[];
}

/** A register that the server itself writes. */
export interface Written extends Place {
	readonly value: Value;
}

/** What a command has to know. */
export function commandNeeds({ space, person, command }: CommandRequest): {
	persons: readonly string[];
	places: readonly Place[];
	invitations: readonly string[];
} {
	const others = 'target' in command ? [command.target] : command.kind === 'accept' ? [command.by] : [];
	const persons = [...new Set([person, ...others])];
	const invitation = command.kind === 'accept' || command.kind === 'withdraw' ? [command.invitation] : [];
	return {
		persons,
		places: [
			...spaceCells(space, null),
			...persons.flatMap((one) => memberCells(one, null)),
			...(command.kind === 'service' ? serviceCells(command.target, true, '', 0) : []),
			...(command.kind === 'change' && command.look ? lookCells(space, command.look) : []),
			...(command.kind === 'forget' ? command.places : []),
		],
		invitations: invitation,
	};
}

/** Decides one command. Pure. @param now the server's time, ms since 1970 */
export function applyCommand(
	{ space: id, person, command }: CommandRequest,
	state: CommandState,
	now: number,
): Effect | Declined {
	const { space } = state;
	if (command.kind === 'forget') return forget(command, state);
	const actor = state.member(person)?.access ?? null;
	if (command.kind === 'accept') return accept(person, command, state, now);
	if (!actor) return declined('unknown-space', 'There is no such space, or you are not a member of it.');
	if (command.kind === 'announce')
		return effect(
			id,
			space,
			[...new Set([space.owner, person])].map((one) => [one, state.member(one)!] as const),
		);
	if (command.kind === 'service') return admit(person, actor, command, state, now);
	if ('target' in command && serviceOf(command.target) !== null) return unknownMember();
	if (space.kind === 'personal')
		return declined('personal-space', 'A personal space is yours alone. Make a family or an organisation to share.');
	switch (command.kind) {
		case 'change': {
			if (!roleAllows(actor.role, 'manage')) return forbidden();
			const { name = space.name, archived, look = {} } = command;
			const archivedAt = archived === undefined ? space.archivedAt : archived ? (space.archivedAt ?? now) : null;
			const aclEpoch = space.aclEpoch + (archivedAt === space.archivedAt ? 0 : 1);
			const changed = effect(id, { ...space, name, archivedAt, aclEpoch }, []);
			return { ...changed, cells: [...changed.cells, ...lookCells(id, look)] };
		}
		case 'grant': {
			const target = state.member(command.target);
			if (!target?.access) return unknownMember();
			const access = limited({ ...target.access, ...defined(command) });
			if (target.access.role === 'owner')
				return declined('owner-stays', 'The owner stays the owner until the space is handed over.');
			if (access.role === 'owner') return declined('role-impossible', 'To make somebody the owner, hand the space over.');
			// Admins may lower themselves; nobody raises himself.
			const self = person === command.target && covers(target.access, access) && roleAllows(actor.role, 'manage');
			if (!mayGrant(actor, target.access, self) || !mayGrant(actor, access, self)) return forbidden();
			return bumped(id, space, [[command.target, { ...target, access, since: now }]]);
		}
		case 'remove': {
			const target = state.member(command.target);
			if (!target?.access) return unknownMember();
			if (target.access.role === 'owner')
				return declined('owner-stays', 'The owner cannot leave or be removed. Hand the space over first, or archive it.');
			if (!mayGrant(actor, target.access, person === command.target)) return forbidden();
			return bumped(id, space, [[command.target, { ...target, access: null, since: now }]]);
		}
		case 'hand-over': {
			if (!roleAllows(actor.role, 'own')) return forbidden();
			const target = state.member(command.target);
			if (!target?.access) return unknownMember();
			if (command.target === person) return effect(id, space, []);
			return bumped(id, { ...space, owner: command.target }, [
				[command.target, { ...target, access: { role: 'owner', apps: null }, since: now }],
				[person, { ...state.member(person)!, access: { role: 'admin', apps: null }, since: now }],
			]);
		}
		case 'invite': {
			if (space.archivedAt !== null) return archived();
			const { invitation } = command;
			if (invitation.role === 'owner')
				return declined('role-impossible', 'Nobody is invited as the owner. Hand the space over instead.');
			if (!mayGrant(actor, invitation, false)) return forbidden();
			return { ...effect(id, space, []), invitations: [{ ...invitation, ...limited(invitation) }] };
		}
		case 'withdraw': {
			if (!roleAllows(actor.role, 'manage')) return forbidden();
			const known = state.invitation(command.invitation);
			if (!known) return declined('invitation-unknown', 'There is no such invitation. It was used, withdrawn or has ended.');
			return { ...effect(id, space, []), ended: [known.id] };
		}
	}
}

/** What the personal space of somebody should say about one of that person's spaces. */
export function mirrorCells({ space, access, look }: Membership): Written[] {
	// Who is not in it any more keeps its name, to be told which one it was, and nothing else of it.
	return [...spaceCells(space.id, space, access), ...lookCells(space.id, access ? look : { hue: null, picture: null })];
}

function accept(person: string, command: Command & { kind: 'accept' }, state: CommandState, now: number): Effect | Declined {
	const { space } = state;
	const invitation = state.invitation(command.invitation);
	const inviter = state.member(command.by)?.access ?? null;
	// Who lost the right to invite has invited nobody: judged now, not when the link was made.
	if (
		!invitation ||
		invitation.expiresAt <= now ||
		invitation.by !== command.by ||
		!inviter ||
		!mayGrant(inviter, invitation, false)
	)
		return declined('invitation-invalid', 'This invitation was used or withdrawn, or it has ended. Ask for a new one.');
	if (space.archivedAt !== null) return archived();
	if (state.member(person)?.access) return declined('already-member', 'You are in this space already.');
	const { role, apps } = invitation;
	const member: MemberState = { access: { role, apps }, name: command.name, since: now };
	return { ...bumped(space.id, space, [[person, member]]), ended: [invitation.id] };
}

/** Only of somebody who is no member any more: who is one leaves first. Who never was one may be named all the same. */
function forget({ target, places }: Command & { kind: 'forget' }, { space, member }: CommandState): Effect | Declined {
	const left = member(target);
	if (left?.access) return declined('already-member', 'Who is in a space leaves it before it forgets them.');
	const { person, name } = members.fields;
	const record = registers(members, memberRecordId(target), [
		[person, ''],
		[name, ''],
	]);
	const emptied = places.map((place) => ({ ...place, value: null }));
	return {
		space,
		members: left ? [[target, { ...left, name: '' }]] : [],
		invitations: [],
		ended: [],
		cells: left ? [...record, ...emptied] : emptied,
	};
}

/** Lets a service in or shuts it out; in a personal space too. */
function admit(
	person: string,
	actor: Access,
	{ target, allowed }: Command & { kind: 'service' },
	{ space, member }: CommandState,
	now: number,
): Effect | Declined {
	if (!roleAllows(actor.role, 'manage')) return forbidden();
	const service = serviceOf(target);
	const held = accessOf(target, member(target));
	if (service === null || held === undefined) return declined('service-unknown', 'There is no such service.');
	if ((held !== null) === allowed) return effect(space.id, space, []);
	return {
		space: { ...space, aclEpoch: space.aclEpoch + 1 },
		members: [[target, { access: allowed ? SERVICE_ACCESS : null, name: service, since: now }]],
		invitations: [],
		ended: [],
		cells: serviceCells(target, allowed, person, now),
	};
}

/** Whether `actor` may give, change or take `access`: admins deal with everybody below them, the owner with all, and everybody may go. */
function mayGrant(actor: Access, access: Access, self: boolean): boolean {
	return self || roleAllows(actor.role, access.role === 'admin' || access.role === 'owner' ? 'own' : 'manage');
}

/** Who manages a space sees all of it: limits to some apps are for the roles below. */
function limited({ role, apps }: Access): Access {
	return { role, apps: roleAllows(role, 'manage') || apps === null ? null : [...new Set(apps)].sort((a, b) => a - b) };
}

function defined({ role, apps }: Command & { kind: 'grant' }): Partial<Access> {
	return { ...(role !== undefined && { role }), ...(apps !== undefined && { apps }) };
}

function bumped(id: SpaceId, space: SpaceState, changed: Effect['members']): Effect {
	return effect(id, { ...space, aclEpoch: space.aclEpoch + 1 }, changed);
}

function effect(id: SpaceId, space: SpaceState, changed: Effect['members']): Effect {
	return {
		space,
		members: changed,
		invitations: [],
		ended: [],
		cells: [...spaceCells(id, space), ...changed.flatMap(([person, member]) => memberCells(person, member))],
	};
}

/** The registers of a space's record; without a state, only their places. */
function spaceCells(id: SpaceId, space: SpaceState | null, access: Access | null = null): Written[] {
	const { name, kind, archivedAt, owner, role, apps } = spaces.fields;
	return registers(spaces, spaceRecordId(id), [
		[name, space?.name],
		[kind, space?.kind],
		[archivedAt, space?.archivedAt],
		[owner, space?.owner],
		[role, access?.role ?? 'none'],
		[apps, appsToText(access?.apps ?? null)],
	]);
}

/** The registers of a space's record that say how it looks; of what is left out, none. No table has them, so they stand in the space itself first. */
function lookCells(id: SpaceId, { hue, picture }: Partial<SpaceLook>): Written[] {
	const { fields } = spaces;
	return registers(spaces, spaceRecordId(id), [
		...(hue === undefined ? [] : [[fields.hue, hue] as const]),
		...(picture === undefined ? [] : [[fields.picture, picture] as const]),
	]);
}

function memberCells(person: string, member: MemberState | null): Written[] {
	const { fields } = members;
	const access = member?.access ?? null;
	return registers(members, memberRecordId(person), [
		[fields.person, person],
		[fields.name, member?.name],
		[fields.role, access?.role ?? 'none'],
		[fields.apps, appsToText(access?.apps ?? null)],
		[fields.since, member?.since],
		[systemFields.deletedAt, access ? null : member?.since],
	]);
}

/** What an admin decided about a service. */
function serviceCells(actor: string, allowed: boolean, by: string, since: number): Written[] {
	const { fields } = services;
	return registers(services, serviceRecordId(actor), [
		[fields.service, serviceOf(actor) ?? ''],
		[fields.allowed, allowed],
		[fields.by, by],
		[fields.since, since],
	]);
}

function registers(
	{ number: collection }: Collection,
	record: RecordId,
	values: readonly (readonly [{ readonly number: number }, Value | undefined])[],
): Written[] {
	return values.map(([{ number: field }, value = null]) => ({ collection, record, field, key: '', value }));
}

function declined(code: DeclinedCode, detail: string): Declined {
	return { type: 'declined', code, detail };
}

function forbidden(): Declined {
	return declined('forbidden', 'Your role in this space does not allow that. Ask its owner or an admin.');
}

function unknownMember(): Declined {
	return declined('member-unknown', 'There is no such member in this space.');
}

function archived(): Declined {
	return declined('archived', 'This space is archived. Take it out of the archive first.');
}
