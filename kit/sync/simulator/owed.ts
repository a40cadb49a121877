import { lawOf } from '@mana/model';
import type { Cell, Op, Place, Transaction } from '../cell.ts';
import type { SpaceRow } from '../client/store.ts';
import { placeKey } from '../merge.ts';
import { isSystem } from '../space/system.ts';
import { isLeftover } from '../tombstone.ts';
import type { Browser, Tab } from './browser.ts';
import { confirmed, ofPart } from './check.ts';
import type { Oracle } from './oracle.ts';
import { sameValue, show, type Write } from './plain-rules.ts';
import type { SpaceFile } from './server-disk.ts';
import { wordsOf } from './things.ts';
import { Violation } from './violation.ts';

/** Something that a browser held when the server went back to where it was not: it must come back. */
interface Owed {
	readonly browser: Browser;
	/** What had happened to its disk by then. */
	readonly harm: number;
	readonly cell: Cell;
}

/** What a person decides on when it was refused. */
type Decided = Pick<Transaction, 'ops' | 'stamp'>;

/** What devices owe a server that went back to an older state: all that they still hold and it has not (docs/sync.md, “Another epoch”). */
export class Debts {
	#owed: readonly Owed[] = [];
	/** What was refused, and its person decided on: by place. */
	readonly #told = new Map<string, Pick<Cell, 'value' | 'stamp'>[]>();

	/** A person decided on something refused. */
	decided({ ops, stamp }: Decided): void {
		for (const op of ops) {
			const place = placeKey(op);
			this.#told.set(place, [...(this.#told.get(place) ?? []), { value: op.value, stamp }]);
		}
	}

	/**
	 * The server goes back now.
	 *
	 * @param person whose browsers are asked: somebody who may read and write everything
	 * @param isTold whether every device hears that it did; else those only of which it forgets what it had decided
	 */
	noteLoss(
		oracle: Oracle,
		browsers: readonly Browser[],
		person: string,
		now: SpaceFile,
		older: SpaceFile,
		isTold: boolean,
	): void {
		// What came back may have been let go of since, where a part is kept.
		const owed = this.#owed.filter((debt) => isOpen(debt, oracle));
		for (const browser of browsers) {
			const disk = browser.disk.meta();
			if (!disk || browser.person !== person || browser.damaged || disk.space.epoch !== now.space.epoch) continue;
			const { device, space } = disk;
			const isAlone = browsers.every((other) => other === browser || other.disk.meta()?.device.device !== device.device);
			const knows = isTold || (isAlone && space.doneN > (older.devices.get(device.device)?.n ?? 0));
			if (!knows) continue;
			for (const cell of heldBy(browser, space)) {
				const there = older.cells.get(placeKey(cell));
				if (!there || isLess(there, cell)) owed.push({ browser, harm: browser.harm, cell });
			}
		}
		this.#owed = owed;
	}

	/** What was owed is there, or something later is, or its person was told that it was refused. */
	judge(oracle: Oracle, refused: Iterable<{ readonly transaction: Decided }>): void {
		for (const { transaction } of refused) this.decided(transaction);
		for (const debt of this.#owed) {
			const { browser, harm, cell } = debt;
			// What was on its way to the device when the server went back stands in the place of what it held, and is refused in its place.
			const isTold = this.#told.get(placeKey(cell))?.some((told) => sameValue(told.value, cell.value) || !isLess(told, cell));
			if (browser.harm !== harm || isTold || !isOpen(debt, oracle)) continue;
			const found = show(oracle.winner(placeKey(cell)));
			throw new Violation('I3', `${show(cell)} at ${placeKey(cell)} did not come back from a device, but ${found}`);
		}
	}
}

/** Whether neither that nor something later is there. A server whose clock went back as well gave it an earlier stamp. */
function isOpen({ cell }: Owed, oracle: Oracle): boolean {
	if (lawOf(cell.field).name === 'text' && isWithin(cell, oracle)) return false;
	const writes = oracle.writesTo(placeKey(cell));
	const isExtreme = isByValue(cell);
	const isLater = ({ value, sent }: Write) => sent >= cell.stamp && (!isExtreme || sameValue(value, cell.value));
	return !writes.some((write) => isLater(write) || !isLess(write, cell));
}

/** Whether all that an update of a text says is there, in whatever update: who knew into what it had been merged brings that. */
function isWithin({ collection, record, field, value }: Cell, oracle: Oracle): boolean {
	if (!(value instanceof Uint8Array)) return false;
	const ofText = (op: Op) => op.collection === collection && op.record === record && op.field === field;
	const updates = oracle.accepted().flatMap(({ transaction }) => transaction.ops.filter(ofText).map((op) => op.value));
	const there = new Set(wordsOf(updates.filter((update) => update instanceof Uint8Array)));
	return wordsOf([value]).every((word) => there.has(word));
}

/** Whether one write of a register gives way to another, whatever actors the two are given: after a restore they are given anew. */
function isLess(one: Pick<Cell, 'value' | 'stamp'>, other: Cell): boolean {
	if (!isByValue(other)) return one.stamp < other.stamp;
	return lawOf(other.field).name === 'min' ? Number(one.value) > Number(other.value) : Number(one.value) < Number(other.value);
}

/** Whether the greatest of a register wins, or the least, whenever it was written. */
function isByValue({ field }: Place): boolean {
	const { name } = lawOf(field);
	return name === 'counter' || name === 'max' || name === 'min';
}

/** What a browser has on its disk of all that was confirmed to it; not what has left the part that it keeps, which it lets go of when it may. */
function* heldBy({ tabs }: Browser, { seq, epoch }: SpaceRow): IterableIterator<Cell> {
	const isWritten = ({ client }: Tab) =>
		client?.mana.sync.durable && client.space.epoch === epoch && client.space.seq > 0 && client.space.seq <= seq;
	const tab = tabs.find(isWritten);
	if (!tab) return;
	for (const cell of ofPart(tab, confirmed(tab)).values()) {
		const { name } = lawOf(cell.field);
		// A name or a place in the tree may be refused by now; a sum is of parts.
		if (name !== 'command' && name !== 'tree' && !isSystem(cell.collection) && !isLeftover(cell)) yield cell;
	}
}
