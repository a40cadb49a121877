import type { SpaceId } from '../cell.ts';
import type { Reach, Revoked } from '../frames.ts';
import { type Access, covers } from '../permission.ts';

/** For whom a space is read, and what that person was told that it may see. */
export interface Reading {
	readonly person: string;
	readonly access: Access;
}

/** The right to read is another one than the reader was told: nothing more may be sent before it is told (sync.md §6.8). */
export class AccessChanged extends Error {
	override readonly name = 'AccessChanged';
	/** `null`: no member any more. */
	readonly access: Access | null;
	readonly aclEpoch: number;

	constructor(access: Access | null, aclEpoch: number) {
		super('The right to read this space has changed.');
		this.access = access;
		this.aclEpoch = aclEpoch;
	}
}

/** What a reader is told about a changed right, and how to go on. */
export interface Retold {
	readonly frame: Reach | Revoked;
	/** `null`: nothing goes on. */
	readonly reading: Reading | null;
	/** It sees more than before, so that the state must be read from the start. */
	readonly fromStart: boolean;
}

/** Goes from what a reader was told to what is true now. */
export function retell(space: SpaceId, reading: Reading, { access }: AccessChanged): Retold {
	if (!access) return { frame: { type: 'revoked', space }, reading: null, fromStart: false };
	const frame = { type: 'reach', space, apps: access.apps } as const;
	return { frame, reading: { ...reading, access }, fromStart: !covers(reading.access, access) };
}
