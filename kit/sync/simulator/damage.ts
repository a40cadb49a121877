import { BadFrame, ByteReader, ByteWriter, readCells, writeCells } from '../codec/index.ts';
import type { Cell } from '../cell.ts';
import type { JournalRow } from '../client/journal-row.ts';
import type { Browser } from './browser.ts';
import type { Dice } from './dice.ts';
import type { Damage } from './deed.ts';
import { records, things } from './things.ts';

/** Fields that nothing else is derived from, so that what damage does to them can be mended whatever was written on top. */
const PLAIN: ReadonlySet<number> = new Set([things.fields.a.number, things.fields.b.number]);

/** When nothing that is kept of a part was done, ms since 1970. */
const LONG_AGO = 1;

/** In stamps. */
const A_DAY = 86_400_000 * 4096;

/** Damages what the leading tab has in memory, as a stray write or a defective build would. */
export function damageMemory(browser: Browser, how: Damage, dice: Dice): void {
	const client = browser.tabs.find((tab) => !tab.frozen && tab.client?.mana.sync.leader)?.client;
	if (!client) return;
	const { replica } = client.mana;
	const cells = damaged([...replica.allCells()], how, dice);
	if (!cells) return;
	browser.damaged = browser.wasDamaged = true;
	replica.replace(cells);
}

/** Damages one row of what is confirmed on the disk. */
export function damageDisk(browser: Browser, how: Damage, dice: Dice): void {
	const rows = browser.disk.rows().filter(({ area }) => area === 'journal' || area === 'pages');
	if (rows.length === 0) return;
	const row = dice.pick(rows);
	const held = row.value as JournalRow;
	const bytes = held instanceof Uint8Array ? held : held.bytes;
	const tamper = (other: Uint8Array) => {
		browser.damaged = browser.wasDamaged = true;
		browser.disk.tamper(row, held instanceof Uint8Array ? other : { ...held, bytes: other });
	};
	if (how === 'cut') return tamper(bytes.slice(0, dice.int(0, bytes.length - 1)));
	const whole = readable(bytes);
	const cells = whole && damaged(whole, how, dice);
	if (!cells) return;
	const out = new ByteWriter();
	writeCells(out, cells);
	tamper(out.finish());
}

/** What a row holds; `null` when it was cut before. */
function readable(bytes: Uint8Array): readonly Cell[] | null {
	try {
		return readCells(new ByteReader(bytes));
	} catch (error) {
		if (error instanceof BadFrame) return null;
		throw error;
	}
}

/** Other cells in place of these; `null` when there is nothing to damage. */
function damaged(cells: readonly Cell[], how: Damage, dice: Dice): readonly Cell[] | null {
	const plain = cells.filter(({ field, collection }) => collection === things.number && PLAIN.has(field));
	if (plain.length === 0) return null;
	const one = dice.pick(plain);
	const other = (stamp: number) => cells.map((cell) => (cell === one ? { ...cell, value: 'damaged', stamp } : cell));
	if (how === 'value') return other(one.stamp);
	if (how === 'stale') return other(one.stamp - 1);
	if (how === 'ahead') return other(one.stamp + dice.int(1, A_DAY));
	if (how === 'excess' || how === 'outside') {
		const record = dice.pick(records.filter((id) => !cells.some((cell) => cell.record === id)));
		const written = { ...one, record, value: 'never written' };
		const done = { ...written, field: things.fields.done.number, value: LONG_AGO };
		return record ? [...cells, written, ...(how === 'outside' ? [done] : [])] : null;
	}
	if (how === 'missing') return cells.filter(({ collection, record }) => collection !== one.collection || record !== one.record);
	return cells.filter((cell) => cell !== one);
}
