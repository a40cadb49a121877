import { isRecordId, newRecordId, type RecordId, recordIdFromBytes } from '@mana/model';
import type { DeviceId, SpaceId } from './cell.ts';

/** Fills the array it is given with random bytes and returns it: `crypto.getRandomValues` in life, a seeded generator in tests. */
export type FillRandom = (bytes: Uint8Array) => Uint8Array;

/** A new device id: 128 random bits, made once per browser profile and whenever the server answers `fork`. */
export function newDeviceId(random: FillRandom): DeviceId {
	return recordIdFromBytes(random(new Uint8Array(16))) as string as DeviceId;
}

/** A new space id, time-ordered so that a store keeps spaces of one age together. `now` in ms since 1970. */
export function newSpaceId(now: number, random: FillRandom): SpaceId {
	return newRecordId(now, random) as string as SpaceId;
}

export function isSpaceId(value: unknown): value is SpaceId {
	return isRecordId(value);
}

export function isDeviceId(value: unknown): value is DeviceId {
	return isRecordId(value);
}

/** Any id of 128 bits: they all have the text form of a record id. */
export type AnyId = RecordId | SpaceId | DeviceId;
