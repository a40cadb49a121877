import { transactionsOf } from './adopt.ts';
import type { Mana } from './api.ts';
import { LocalMana } from './local.ts';
import { jsonOf } from './quarantine.ts';

/**
 * What was not sent or was refused, as JSON text for a file: names, times and every value (bytes as base64). Of a guest without a disk it
 * is everything there is, also what is long out of the outbox: all of it goes with the tab.
 */
export function exportOutbox(mana: Mana): string {
	const volatile = mana instanceof LocalMana && mana.sync.phase === 'guest' && !mana.sync.durable;
	const unsent = volatile ? transactionsOf([...mana.shownCells()]) : [...mana.outbox(), ...mana.refused()];
	return jsonOf({ format: 'mana-outbox', version: 1, unsent });
}
