import { closesCircle, type RecordId } from '@mana/model';
import { placeKey } from '../merge.ts';
import type { Tab } from './browser.ts';
import type { Oracle } from './oracle.ts';
import { counterOf, isCount, show, type Write } from './plain-rules.ts';
import type { SpaceFile } from './server-disk.ts';
import { newerThings, records, things, wordsOf } from './things.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** What must be so on the server's disk after every commit, whatever came in whatever order: no circle, no name twice, everything counted once. */
export function checkLaws({ cells }: SpaceFile, oracle: Oracle): void {
	checkCounts(cells, oracle);
	const parentOf = (id: RecordId) => (cells.get(placeOf(id, things.fields.parent.number))?.value ?? null) as RecordId | null;
	const names = new Set<string>();
	for (const id of records) {
		if (closesCircle(id, parentOf(id), parentOf)) throw new Violation('I2', `${id} stands under itself`);
		const name = cells.get(placeOf(id, things.fields.name.number))?.value;
		if (typeof name !== 'string') continue;
		if (!name.startsWith('=')) throw new Violation('I2', `the server keeps the request ${name}`);
		if (names.has(name.toLowerCase())) throw new Violation('I2', `two records have the name ${name}`);
		names.add(name.toLowerCase());
	}
}

/** Whatever was folded and forgotten, what the registers of a counter come to is what everything that was counted comes to (I13). */
function checkCounts(cells: SpaceFile['cells'], oracle: Oracle): void {
	const counts = oracle.counts();
	for (const cell of cells.values())
		if (isCount(cell)) counts.set(counterOf(cell), (counts.get(counterOf(cell)) ?? 0n) - BigInt(Number(cell.value)));
	for (const [counter, missing] of counts)
		if (missing !== 0n) throw new Violation('I13', `${counter} counts ${missing} too little`);
}

/** What must be so at the end, in the tabs that may read it: everything counted once, no text lost, no guarded write over one that was not seen, builds agree. */
export function judgeLaws(world: World, tabs: readonly Tab[]): void {
	judgeCounters(world, tabs);
	judgeTexts(world, tabs);
	for (const id of records) judgeGuard(world.oracle, id);
	for (const tab of tabs) for (const id of records) judgeVersion(world.oracle, tab, id);
}

/**
 * Every accepted step is in the sum once and no other is; of what was taken back either may be. A step of which nobody could tell whether it was
 * counted, and that its person sent again, may be there twice; and one that was folded after the backup to which the server went back is lost with the sum,
 * while what took it back may be brought back by itself.
 */
function judgeCounters(
	{ oracle, steps, undone, answered, forgiven, wentBack, tidied, cloned }: World,
	tabs: readonly Tab[],
): void {
	for (const id of records) {
		let certain = 0n;
		let possible = 0n;
		/** What the sum may have beside these, or may lack. */
		const beside: bigint[] = [];
		for (const [token, { step, add }] of steps) {
			if (step.record !== id || step.field !== things.fields.count.number) continue;
			const counted = oracle.countedIn(placeKey(step));
			// On top of a part that was folded and forgotten a device counts beside it: with RENEW by itself, and when its person sends again.
			const onTop = ['!', '!!'].map((more) => oracle.countedIn(placeKey({ ...step, key: step.key + more })));
			const power = BigInt(add);
			// After a restore a device may have brought back a later total under the same key, which has this step in it.
			if (
				undone.has(token) ||
				(wentBack && [...counted].some((total) => typeof total === 'number' && total > Number(step.value))) ||
				(wentBack &&
					onTop.some((totals) => [...totals].some((total) => typeof total === 'number' && (BigInt(total) & power) > 0n)))
			)
				possible |= power;
			else if (counted.has(Number(step.value)) || counted.has(token) || onTop.some((tokens) => tokens.has(token)))
				certain |= power;
			// And a copy of a profile cannot know of what the other one sent under a name of its own, once that is folded and forgotten.
			if ((answered.has(token) || (tidied && cloned)) && oracle.timesAccepted(token) > 1) beside.push(power);
			// What was counted is lost with a history or with its record, and what takes it back may come into the one that follows.
			if (undone.has(token) && (forgiven.has(token) || oracle.hasEnded(step)) && counted.size === 0) beside.push(-power);
		}
		for (const tab of tabs) {
			const row = tab.client!.mana.get(tab.things, id);
			if (!row) continue; // its creation was taken back
			const sum = BigInt(row.count);
			const fits = (rest: bigint): boolean => rest >= 0n && (rest & possible) === rest;
			const rests = beside.reduce((found, power) => [...found, ...found.map((rest) => rest - power)], [sum - certain]);
			if (!rests.some(fits))
				throw new Violation(
					'I4',
					`${id} counts ${sum.toString(2)}, and not ${certain.toString(2)} with any of ${possible.toString(2)}`,
				);
		}
	}
}

/** Every accepted word is in the text, however often updates were merged. */
function judgeTexts({ oracle, steps }: World, tabs: readonly Tab[]): void {
	for (const [token, { step }] of steps) {
		if (step.field !== things.fields.text.number || !oracle.writesTo(placeKey(step)).some(({ value }) => value !== null))
			continue;
		for (const tab of tabs) {
			const row = tab.client!.mana.get(tab.things, step.record);
			const words = wordsOf(row?.text.cells.values() ?? []);
			if (row && !words.includes(token)) throw new Violation('I22', `${token} is missing in the text ${words.join(' ')}`);
		}
	}
}

/** In the order of the stamps every guarded write saw the one before it, or came from the same device. */
function judgeGuard(oracle: Oracle, id: RecordId): void {
	const all = oracle.writesTo(placeOf(id, things.fields.price.number));
	// What a copy of the profile sent once more, and whose new stamp lost to the first one's, has changed nothing.
	const isEcho = (write: Write) =>
		all.some(({ sent, value, stamp }) => sent === write.sent && value === write.value && stamp > write.stamp);
	const writes = all.filter((write) => !isEcho(write)).sort((a, b) => a.stamp - b.stamp);
	for (const [i, write] of writes.entries()) {
		const before = writes[i - 1];
		const { seen } = write.op;
		if (seen === undefined || (before?.stamp ?? 0) === seen) continue;
		if (before && (before.actor === write.actor || before.stamp === write.stamp)) continue;
		if (before && before.op.seen === undefined) continue; // brought back after a restore, without a question
		throw new Violation('I2', `${show(write)} saw ${seen}, and not ${show(before)}`);
	}
}

/** A newer build reads what was written last, by whichever build; an older one what that is to it. */
function judgeVersion(oracle: Oracle, tab: Tab, id: RecordId): void {
	const old = oracle.winner(placeOf(id, things.fields.hours.number));
	const young = oracle.winner(placeOf(id, newerThings.fields.minutes.number));
	const { mana } = tab.client!;
	if (!mana.get(tab.things, id)) return;
	if (tab.things === things) {
		const expected = old?.value ?? null;
		const { hours = null } = mana.get(things, id) ?? {};
		if (hours !== expected) throw new Violation('I16', `an old build reads ${hours} hours, not ${String(expected)}`);
		return;
	}
	const oldIsLater = old && (!young || old.stamp > young.stamp || (old.stamp === young.stamp && old.actor > young.actor));
	const expected = (oldIsLater ? (old.value === null ? null : Number(old.value) * 60) : young?.value) ?? null;
	const row = mana.get(tab.things as typeof newerThings, id);
	if ((row?.minutes ?? null) !== expected)
		throw new Violation('I16', `a new build reads ${row?.minutes} minutes, not ${String(expected)}`);
}

function placeOf(record: RecordId, field: number): string {
	return placeKey({ collection: things.number, record, field, key: '' });
}
