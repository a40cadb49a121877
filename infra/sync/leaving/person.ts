import type { RandomBytes } from '@mana/service';
import type { BesideTables, Erased } from '@mana/service/leaving';
import { type Role, ROLES, type SpaceId } from '@mana/sync';
import type { Command } from '@mana/sync/space/index';
import { nextEpoch } from '@mana/sync/space/index';
import { dropUnneeded } from '../blobs/collection.ts';
import type { Shelf } from '../blobs/shelf.ts';
import type { Committer } from '../committer/committer.ts';
import type { Directory, MemberCard } from '../spaces/directory.ts';
import { GONE } from '../spaces/member-rows.ts';
import type { SyncStore } from '../store.ts';
import { endSpace } from './space.ts';
import { emptyTraces, placesNaming } from './traces.ts';

export interface LeavingParts {
	readonly store: SyncStore;
	readonly committer: Committer;
	readonly directory: Directory;
	readonly shelf: Shelf;
	readonly random: RandomBytes;
	/** ms since 1970 */
	readonly now: () => number;
	/** A space is no more: whoever reads it looks for themselves. */
	readonly ended: (space: SpaceId) => void;
	/** Services that follow who is in which space hear all of it anew. */
	readonly rightsMoved: () => void;
}

interface Numbered {
	readonly number: number;
	readonly id: string;
}

/** Registers that one command empties. */
const STEP = 500;

/**
 * Lets a person go: their own space ends, and so does one that they shared with nobody; in all others what they wrote stays, by nobody in
 * particular. A space that is theirs goes to its next admin, or else to whoever has been in it longest. Done again, it goes on where it stopped.
 */
export async function letGo(parts: LeavingParts, person: string): Promise<BesideTables> {
	const { store, shelf } = parts;
	const erased: Erased[] = [];
	const ended: string[] = [];
	const end = async (space: { readonly number: number; readonly id: string }) => {
		erased.push(...(await endSpace(store, space.number)));
		ended.push(space.id);
		parts.ended(space.id as SpaceId);
	};
	for (const space of await sharedSpaces(store, person)) {
		const goesOn = space.role === GONE || (await leave(parts, space.id as SpaceId, person));
		erased.push(...(await forgetInLists(parts, space.number, person)));
		if (goesOn) erased.push(...(await forget(parts, space, person)));
		else await end(space);
	}
	const own = await store.db.selectFrom('space').select(['number', 'id']).where('personal_of', '=', person).execute();
	for (const space of own) await end(space);
	erased.push(await forgetActing(store, person));
	erased.push({ table: 'membership', erased: await forgetMemberships(parts, person), left: 0 });
	const files = await dropUnneeded(store, shelf);
	erased.push({ table: 'blobs', erased: files, left: 0 });
	return { erased, ended };
}

function sharedSpaces({ db }: SyncStore, person: string) {
	return db
		.selectFrom('member')
		.innerJoin('space', 'space.number', 'member.space')
		.select(['space.number', 'space.id', 'member.role'])
		.where('member.person', '=', person)
		.where('space.personal_of', 'is', null)
		.orderBy('space.number')
		.execute();
}

/** @returns whether the space goes on without them */
async function leave({ committer, directory }: LeavingParts, space: SpaceId, person: string): Promise<boolean> {
	const run = async (command: Command) => {
		const answer = await committer.command({ kind: 'command', space, person, command });
		if (answer.type === 'declined') throw new Error(`${person} could not leave ${space}: ${answer.detail}`);
	};
	const card = await directory.space(space, person);
	if (card?.owner === person) {
		const heir = heirOf(await directory.members(space), person);
		if (!heir) return false;
		await run({ kind: 'hand-over', target: heir });
	}
	if (card) await run({ kind: 'remove', target: person });
	return true;
}

/** The lists of their spaces, in the own spaces of all who are or were in one, name its owner: whom it was until now. */
async function forgetInLists(parts: LeavingParts, space: number, person: string): Promise<Erased[]> {
	const { store, committer } = parts;
	const erased: Erased[] = [];
	const lists = await store.db
		.selectFrom('member')
		.innerJoin('space', 'space.personal_of', 'member.person')
		.select(['space.number', 'space.id', 'member.person'])
		.where('member.space', '=', space)
		.where('member.person', '!=', person)
		.execute();
	for (const { number, id, person: of } of lists) {
		await committer.mirror({ kind: 'mirror', space: id as SpaceId, person: of });
		erased.push(...(await forgetNames(parts, { number, id }, person, false)));
	}
	return erased;
}

/** Who gets a space whose owner goes: the one who may do most in it, and of those the one who has been in it longest. */
export function heirOf(members: readonly Pick<MemberCard, 'person' | 'role' | 'since'>[], owner: string): string | null {
	const rank = (role: Role) => ROLES.indexOf(role);
	const [first] = members
		.filter(({ person }) => person !== owner)
		.sort((a, b) => rank(b.role) - rank(a.role) || a.since - b.since || (a.person < b.person ? -1 : 1));
	return first?.person ?? null;
}

/** Takes the name and the id of somebody who has left out of a space; what they wrote and sent stays, by somebody whom nobody can name. */
async function forget(parts: LeavingParts, space: Numbered, person: string): Promise<Erased[]> {
	const { store, random } = parts;
	const { number } = space;
	const names = await forgetNames(parts, space, person, true);
	const nobody = `left-${Buffer.from(random(new Uint8Array(16))).toString('hex')}`;
	return store.db.transaction().execute(async (db) => {
		const erased: Erased[] = [...names];
		for (const table of ['actor', 'blob', 'blob_chunk'] as const) {
			const { numUpdatedRows } = await db
				.updateTable(table)
				.set({ person: nobody })
				.where('space', '=', number)
				.where('person', '=', person)
				.executeTakeFirst();
			erased.push({ table, erased: Number(numUpdatedRows), left: 0 });
		}
		await db.deleteFrom('invitation').where('space', '=', number).where('made_by', '=', person).execute();
		// The last step: while the row is there, all of this is done again.
		await db.deleteFrom('member').where('space', '=', number).where('person', '=', person).execute();
		return [...erased, { table: 'member', erased: 1, left: 0 }];
	});
}

/** Empties what names them in a space, and what of its log does. @param wasIn whether they were in it */
async function forgetNames(
	{ store, committer }: LeavingParts,
	{ number, id }: Numbered,
	person: string,
	wasIn: boolean,
): Promise<Erased[]> {
	const places = await placesNaming(store, number, person);
	const parts = places.length === 0 && wasIn ? [[]] : partsOf(places);
	for (const part of parts) {
		const command: Command = { kind: 'forget', target: person, places: part };
		const answer = await committer.command({ kind: 'command', space: id as SpaceId, person, command });
		if (answer.type !== 'done') throw new Error(`${id} could not forget ${person}: ${answer.detail}`);
	}
	const log = await emptyTraces(store, number, person, wasIn);
	return [
		{ table: 'cell', erased: places.length, left: 0 },
		{ table: 'log', erased: log, left: 0 },
	];
}

function partsOf<T>(all: readonly T[]): T[][] {
	return Array.from({ length: Math.ceil(all.length / STEP) }, (_, i) => all.slice(i * STEP, (i + 1) * STEP));
}

/** What they wrote in the name of others stays marked, by nobody whom one could name. */
async function forgetActing(store: SyncStore, person: string): Promise<Erased> {
	const { numUpdatedRows } = await store.db
		.updateTable('actor')
		.set({ acted_by: '', acted_name: '' })
		.where('acted_by', '=', person)
		.executeTakeFirst();
	return { table: 'actor', erased: Number(numUpdatedRows), left: 0 };
}

/** Who follows the changes of access would miss those that go, so all of them begin anew with who is there. */
async function forgetMemberships({ store, now, rightsMoved }: LeavingParts, person: string): Promise<number> {
	const rows = await store.db.transaction().execute(async (db) => {
		const { numDeletedRows } = await db.deleteFrom('membership').where('person', '=', person).executeTakeFirst();
		const { history } = await db.selectFrom('membership_head').select('history').executeTakeFirstOrThrow();
		if (numDeletedRows > 0n)
			await db
				.updateTable('membership_head')
				.set({ history: nextEpoch(history, now()) })
				.execute();
		return Number(numDeletedRows);
	});
	rightsMoved();
	return rows;
}
