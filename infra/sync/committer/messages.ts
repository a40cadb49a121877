import type { DeviceId, SpaceId } from '@mana/sync';
import type { Answer, SeatRequest } from '@mana/sync/space/index';
import type { Published } from './committer.ts';

/** A push as it crosses to the worker: its bytes are moved, not copied, and read there again. */
export interface PushBytes {
	readonly kind: 'push';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The first message: which SQLite file to write. */
export interface Open {
	readonly kind: 'open';
	readonly file: string;
}

/** What the service asks of the worker. `now`: the service's time, ms since 1970. */
export type Task = { readonly id: number; readonly now: number } & (
	| { readonly kind: 'commit'; readonly group: readonly (SeatRequest | PushBytes)[] }
	| { readonly kind: 'personal'; readonly person: string }
	| { readonly kind: 'prune' }
);

/** What came of a task. */
export type Outcome = { readonly id: number } & (
	| { readonly kind: 'committed'; readonly changes: readonly Published[]; readonly answers: readonly Answer[] }
	| { readonly kind: 'personal'; readonly space: SpaceId }
	| { readonly kind: 'pruned'; readonly rows: number }
	| { readonly kind: 'failed'; readonly message: string }
);
