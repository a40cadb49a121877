import type { DeviceState } from '@mana/sync/space/index';
import { decisionsFromBytes } from './bytes.ts';

/** A row of `actor`, as far as deciding needs it. */
export interface ActorRow {
	readonly actor: number;
	readonly person: string;
	readonly acted_by: string | null;
	readonly acted_name: string | null;
	readonly n: number;
	readonly stamp: number;
	readonly decisions: Uint8Array;
}

export function deviceOf({ actor, person, acted_by, acted_name, n, stamp, decisions }: ActorRow): DeviceState {
	const by = acted_by === null ? null : { person: acted_by, name: acted_name ?? '' };
	return { actor, person, by, n, stamp, decisions: decisionsFromBytes(decisions) };
}
