import type { Disk } from '../client/disk.ts';
import type { ClientStore } from '../client/store.ts';

/** What only the leading tab may write, and where its generation stands among the arguments. */
export const FENCED: Readonly<Partial<Record<keyof ClientStore, number>>> = {
	keepChunk: 2,
	applyRemote: 1,
	settle: 3,
	learn: 1,
	reissue: 1,
	checkpoint: 1,
};

/** A disk that can be told under which generation the next transaction is meant. */
export interface Claimed extends Disk {
	/** `null`: it is of no matter who leads. */
	claimed: number | null;
}

/** The same store, that tells its disk under which generation it writes what only a leader may (I21). */
export function telling(store: ClientStore, disk: Claimed): ClientStore {
	return new Proxy(store, {
		get(target, name) {
			const of: unknown = Reflect.get(target, name, target);
			if (typeof of !== 'function') return of;
			const place = FENCED[name as keyof ClientStore];
			return (...given: unknown[]) => {
				disk.claimed = place === undefined ? null : (given[place] as number);
				try {
					return Reflect.apply(of, target, given);
				} finally {
					disk.claimed = null; // what it does later is not looked at
				}
			};
		},
		set: (target, name, value) => Reflect.set(target, name, value, target),
	});
}
