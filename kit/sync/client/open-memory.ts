import { HistoryUnavailable, type Mana, type Standing } from './api.ts';
import { StorageFailed } from './disk.ts';
import { webEnvironment, type Environment } from './environment.ts';
import { later } from './later.ts';
import { ALONE, EVERYTHING_KEPT, LocalMana } from './local.ts';

const NOWHERE: Standing = {
	device: null,
	space: null,
	epoch: 0,
	seq: 0,
	actor: 0,
	reach: null,
	part: null,
	nextN: 1,
	doneN: 0,
	skewMs: 0,
	generation: null,
	journal: { entries: 0, bytes: 0 },
	conversation: null,
};

/**
 * A Mana that keeps everything in memory and talks to nobody: for tests, galleries and previews.
 *
 * @example
 * const mana = openMemoryMana();
 * mana.write('Add task', (tx) => tx.create(tasks, { title: 'Water the plants' }));
 * mana.query(tasks).rows.length; // 1
 */
export function openMemoryMana(env: Environment = webEnvironment()): Mana {
	let n = 0;
	const mana = new LocalMana(env, {
		async save(transactions) {
			for (const transaction of transactions) transaction.n = ++n;
		},
		forget: () => Promise.resolve(),
		forgetConflict: () => Promise.resolve(),
		decisions: later.decisions,
		kept: EVERYTHING_KEPT,
		files: () => Promise.reject(new StorageFailed('A Mana in memory keeps no files.')),
		askHistory: () => Promise.reject(new HistoryUnavailable('guest')),
		wake: () => undefined,
		presence: () => Promise.resolve(ALONE),
		inspect: () => Promise.resolve(NOWHERE),
		close: () => Promise.resolve(),
	});
	mana.refresh({ phase: 'guest', durable: false });
	return mana;
}
