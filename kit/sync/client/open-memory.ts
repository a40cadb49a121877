import type { Mana } from './api.ts';
import { webEnvironment, type Environment } from './environment.ts';
import { LocalMana } from './local.ts';

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
		wake: () => undefined,
		close: () => Promise.resolve(),
	});
	mana.refresh({ phase: 'guest', durable: false });
	return mana;
}
