import type { RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { meeting } from './meeting.ts';
import { revocation } from './revocation.ts';
import { rows } from './rows.ts';
import { typing } from './typing.ts';

/** What only ours is asked for. */
export const own = {
	revocation,
	...meeting,
	...typing,

	/** Milliseconds from a write to the last of the listeners whose answer it changes. */
	async reactive(_state: unknown, { rows: count, subscriptions, dirty, rounds }: Reactive): Promise<number[]> {
		const mana = openMemoryMana();
		const ids = await fill(mana, count, 1024 - 48);
		const perQuery = Math.floor(count / subscriptions);
		let told = 0;
		for (let at = 0; at < subscriptions; at++) {
			const [from, to] = [at * perQuery, (at + 1) * perQuery];
			const range = mana.query(rows, { where: (row) => row.f1 !== null && row.f1 >= from && row.f1 < to });
			range.subscribe(() => (told += range.rows.length > 0 ? 1 : 0));
		}
		const samples: number[] = [];
		for (let round = 0; round < rounds + 50; round++) {
			told = 0;
			const began = performance.now();
			mana.write('Touch', (tx) => {
				for (let i = 0; i < dirty; i++) {
					const at = ((round + i * Math.floor(subscriptions / dirty)) % subscriptions) * perQuery + (round % perQuery);
					tx.update(rows, ids[at]!, { f2: `touched ${round}` });
				}
			});
			if (told !== dirty) throw new Error(`${told} listeners were told, not ${dirty}.`);
			if (round >= 50) samples.push(performance.now() - began);
			await new Promise((resolve) => setImmediate(resolve));
		}
		await mana.close();
		return samples;
	},

	/** How long saving and reading many values takes. */
	async populate(_state: unknown, { rows: count, valueBytes }: Populate): Promise<Populated> {
		const mana = openMemoryMana();
		const value = 'v'.repeat(valueBytes - 8);
		const began = performance.now();
		const { saved } = mana.write('Populate', (tx) => {
			for (let row = 0; row < count; row++) tx.create(rows, { f0: value + String(row).padStart(8, '0') });
		});
		await saved;
		const saveMs = performance.now() - began;
		const scanning = performance.now();
		let bytes = 0;
		for (const { f0 } of mana.query(rows).rows) bytes += f0.length;
		const scanMs = performance.now() - scanning;
		if (bytes !== count * valueBytes) throw new Error(`${bytes} bytes came back.`);
		await mana.close();
		return { saveMs, scanMs, bytes };
	},
};

async function fill(mana: ReturnType<typeof openMemoryMana>, count: number, valueBytes: number): Promise<RecordId[]> {
	const ids: RecordId[] = [];
	const value = 'v'.repeat(valueBytes);
	await mana.write('Fill', (tx) => {
		for (let row = 0; row < count; row++) ids.push(tx.create(rows, { f0: value, f1: row, f2: '' }));
	}).saved;
	return ids;
}

interface Reactive {
	readonly rows: number;
	readonly subscriptions: number;
	readonly dirty: number;
	readonly rounds: number;
}

interface Populate {
	readonly rows: number;
	readonly valueBytes: number;
}

interface Populated {
	readonly saveMs: number;
	readonly scanMs: number;
	readonly bytes: number;
}
