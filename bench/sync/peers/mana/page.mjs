// The page of the cold start: a guest's store in IndexedDB.
import { openMana } from '../../../../kit/sync/client/browser/index.ts';
import { rowAt } from '../../actor/data.mjs';
import { rows } from './rows.ts';

/** Long enough that what was written has been folded into pages: a checkpoint comes a few seconds after the last change. */
const SETTLE_MS = 8_000;

globalThis.bench = {
	async fill(count) {
		const mana = await openMana({ account: 'guest', models: [rows] });
		for (let row = 0; row < count; row += 500) {
			await mana.write('Fill', (tx) => {
				for (let i = row; i < row + 500; i++) tx.create(rows, rowAt(i));
			}).saved;
		}
		await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
		await mana.close();
	},

	async start() {
		const began = performance.now();
		const mana = await openMana({ account: 'guest', models: [rows] });
		const openMs = performance.now() - began;
		const all = mana.query(rows, { order: (a, b) => (a.f1 ?? 0) - (b.f1 ?? 0) });
		const list = document.querySelector('#list');
		for (const row of all.rows.slice(0, 50)) {
			const item = document.createElement('li');
			item.textContent = `${row.f0} ${row.f2}`;
			list.append(item);
		}
		list.getBoundingClientRect(); // layout
		const paintMs = performance.now() - began;
		const count = all.rows.length;
		await mana.close();
		return { openMs, paintMs, count };
	},
};
