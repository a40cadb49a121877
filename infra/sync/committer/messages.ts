import type { DeviceId, SpaceId } from '@mana/sync';
import type { ActedBy, Answer, CommandRequest, MirrorRequest, SeatRequest, TidyRequest } from '@mana/sync/space/index';
import type { NewSpace } from '../spaces/space-keeper.ts';
import type { Published } from './committer.ts';

/** A push as it crosses to the worker: its bytes are moved, not copied, and read there again. */
export interface PushBytes {
	readonly kind: 'push';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
	readonly by?: ActedBy;
	readonly schema: ReadonlyMap<number, number>;
	readonly knew: number | undefined;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is asked of a space beside pushes. */
export type SmallRequest = SeatRequest | CommandRequest | MirrorRequest | TidyRequest;

/** The first message: which SQLite file to write. */
export interface Open {
	readonly kind: 'open';
	readonly file: string;
}

/** What the service asks of the worker. `now`: the service's time, ms since 1970. */
export type Task = { readonly id: number; readonly now: number } & (
	| { readonly kind: 'commit'; readonly group: readonly (SmallRequest | PushBytes)[] }
	| { readonly kind: 'personal'; readonly person: string }
	| { readonly kind: 'create'; readonly space: NewSpace }
	| { readonly kind: 'prune' }
);

/** What came of a task. */
export type Outcome = { readonly id: number } & (
	| { readonly kind: 'committed'; readonly changes: readonly Published[]; readonly answers: readonly Answer[] }
	| { readonly kind: 'found'; readonly space: SpaceId }
	| { readonly kind: 'pruned'; readonly rows: number }
	| { readonly kind: 'failed'; readonly message: string }
);
