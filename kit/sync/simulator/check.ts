import type { Cell } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { isLeftover } from '../tombstone.ts';
import type { Tab } from './browser.ts';
import type { Name } from '../name.ts';
import type { Oracle } from './oracle.ts';
import { beats, isKept, mayRead, same, show } from './plain-rules.ts';
import { Violation } from './violation.ts';

/** What the tab had seen when it was last looked at. */
const lastSeen = new WeakMap<Tab, { readonly epoch: number; readonly seq: number; readonly history: number }>();

/**
 * Looks at one tab at any moment. Its confirmed state must be exactly the server's at some checkpoint (I5, I6: no gap, no part of a
 * transaction), never an older one than before (I7), and what it wrote itself must be visible over it (I7).
 */
export function checkTab(tab: Tab, oracle: Oracle): void {
	const { client } = tab;
	if (!client || tab.browser.damaged) return; // what it shows is judged at the end, when it must be mended
	if (client.mana.sync.problem?.code === 'revoked') return void lastSeen.delete(tab);
	const { epoch, seq, actor } = client.space;
	const expected = oracle.stateAt(epoch, seq);
	if (!expected) throw new Violation('I5', `a tab stands at ${epoch}/${seq}, which is no checkpoint`);
	const { reach } = client.space;
	if (seq === 0) previewed(tab, oracle);
	else {
		const invariant = client.space.scope ? 'I10' : 'I6';
		compare(invariant, `a tab at ${epoch}/${seq}`, ofPart(tab, readable(expected, reach)), confirmed(tab));
	}
	const last = lastSeen.get(tab);
	const { history } = oracle;
	if (last?.epoch === epoch && last.history === history && seq < last.seq)
		throw new Violation('I7', `a tab went back from ${last.seq} to ${seq}`);
	lastSeen.set(tab, { epoch, seq, history });
	for (const { transaction } of client.mana.outbox()) {
		for (const op of transaction.ops) {
			const shown = client.mana.replica.register(op);
			const own = { op, value: op.value, stamp: transaction.stamp, actor };
			const confirmed = client.mana.replica.confirmed(op);
			if (confirmed && isLeftover({ field: op.field, ...confirmed })) continue; // what was folded shows only what is more
			if (!shown || beats(own, { op, ...shown })) throw new Violation('I7', `own write ${show(own)} is hidden by ${show(shown)}`);
		}
	}
}

/** During a first download a tab may show what has come; it is no checkpoint, but nothing in it is invented. */
function previewed(tab: Tab, oracle: Oracle): void {
	for (const [place, cell] of confirmed(tab))
		if (!oracle.held(place, cell))
			throw new Violation('I12', `a tab shows ${show(cell)} at ${place}, which the server never held`);
}

/** What the server confirmed to this tab, but for what stays only until this device is finished with it. */
export function confirmed(tab: Tab): Map<string, Cell> {
	const cells = new Map<string, Cell>();
	const over = staying(tab);
	for (const cell of tab.client!.mana.replica.allCells()) if (!over(cell)) cells.set(placeKey(cell), cell);
	return cells;
}

/** The part of a state that a tab keeps. */
export function ofPart(tab: Tab, cells: ReadonlyMap<string, Cell>): ReadonlyMap<string, Cell> {
	const { scope } = tab.client!.space;
	const over = staying(tab);
	return scope ? new Map([...cells].filter(([, cell]) => isKept(scope, cell, cells) && !over(cell))) : cells;
}

/** Whether a record left the part of a tab and is there all the same, as it once was. */
function staying({ client }: Tab): (cell: Cell) => boolean {
	const { leaving, scope } = client!.space;
	const is = (list: readonly Name[], cell: Cell) =>
		list.some(({ collection, record }) => collection === cell.collection && record === cell.record);
	return (cell) => scope !== null && is(leaving, cell) && !is(scope.records, cell);
}

/** The part of a state that somebody with these apps may see. */
export function readable(cells: ReadonlyMap<string, Cell>, apps: readonly number[] | null): ReadonlyMap<string, Cell> {
	return apps === null ? cells : new Map([...cells].filter(([, { collection }]) => mayRead(apps, collection)));
}

/** Two states must be the same, place by place. */
export function compare(
	invariant: string,
	who: string,
	expected: ReadonlyMap<string, Cell>,
	found: ReadonlyMap<string, Cell>,
): void {
	const difference = differenceOf(expected, found);
	if (difference !== null) throw new Violation(invariant, `${who} holds ${difference}`);
}

/** What is found of two states at the first place where they differ; `null` when they are the same. Leftovers count for nothing: each side lets go of them when it may. */
export function differenceOf(expected: ReadonlyMap<string, Cell>, found: ReadonlyMap<string, Cell>): string | null {
	for (const [place, cell] of expected) {
		const other = found.get(place);
		if (!isLeftover(cell) && !(other && same(cell, other))) return `${show(other)} at ${place}, not ${show(cell)}`;
	}
	for (const [place, cell] of found)
		if (!isLeftover(cell) && !expected.has(place)) return `${show(cell)} at ${place}, where nothing should be`;
	return null;
}
