import { counter, lawOf, newRecordId, type RecordId, systemFields } from '@mana/model';
import type { Op } from '../cell.ts';
import { besides, totalOf } from './ground.ts';
import { nameOf } from './history.ts';
import type { Backing, LocalMana } from './local.ts';
import type { Pending } from './pending.ts';
import type { Replica } from './replica.ts';

/** What somebody decides about. */
export interface Decided {
	readonly mana: LocalMana;
	readonly backing: Pick<Backing, 'forget' | 'forgetConflict'>;
	/** The time as the server has it, ms since 1970. */
	now(): number;
	randomBytes(bytes: Uint8Array): Uint8Array;
}

/** Sends what was refused under a number again, or lets it go. */
export async function resolve(decided: Decided, n: number, decision: 'retry' | 'drop'): Promise<void> {
	const { mana, backing } = decided;
	const { replica } = mana;
	const refused = [...replica.pending].find((pending) => pending.refused && pending.n === n);
	if (!refused) return;
	let saved: Promise<void> | null = null;
	replica.batch(() => {
		const ops = madeAnew(decided, refused).map((op, i) => seenNow(decided, countedAnew(mana.replica, op, refused, i), refused));
		if (decision === 'retry') saved = mana.writeOps(refused.label, ops);
		replica.remove(refused);
	});
	mana.refresh();
	await saved; // first the new one is safe, then the old one goes
	await backing.forget(refused);
}

/** Writes what lost to somebody else again, or leaves it at that. */
export async function settleConflict({ mana, backing }: Decided, id: string, decision: 'mine' | 'theirs'): Promise<void> {
	const conflict = mana.conflicts().find((one) => one.id === id);
	if (!conflict) return;
	const { collection, record, field, key, mine, label } = conflict;
	const saved = decision === 'mine' ? mana.writeOps(label, [{ collection, record, field, key, value: mine.value }]) : null;
	mana.dropConflict(id);
	await saved; // first the value is safe, then what tells of it goes
	await backing.forgetConflict(id);
}

/** A guarded op as somebody writes it who has looked at what stands there now. */
function seenNow({ mana }: Decided, op: Op, refused: Pending): Op {
	return op.seen === undefined ? op : { ...op, seen: mana.replica.register(op, refused)?.stamp ?? 0 };
}

/**
 * A step of a counter whose part is not here any more stands beside it, for that may have been folded and forgotten: whoever still holds that it was folded
 * would take nothing of it under the key of the part.
 *
 * @param i where it stands in the transaction that was refused
 */
function countedAnew(replica: Replica, op: Op, { ground }: Pending, i: number): Op {
	if (lawOf(op.field) !== counter || !ground || replica.confirmed(op)) return op;
	// What is taken back is said again beside it: that must not count twice.
	for (const { refused, ops } of replica.pending) if (!refused && ops.some((other) => nameOf(other) === nameOf(op))) return op;
	return { ...besides(op), value: Number(op.value) - totalOf(ground.held[i] ?? 0) };
}

/** What was written about records that are gone, as writes of new ones under other ids: the old ids stay theirs. */
function madeAnew({ mana, now, randomBytes }: Decided, { ops, refused }: Pending): readonly Op[] {
	const ids = new Map<RecordId, RecordId>();
	const created: Op[] = [];
	for (const { collection, record } of ops) {
		const name = { collection, record };
		const gone = refused?.code === 'gone' ? !mana.replica.knows(name) : mana.replica.isGone(name);
		if (ids.has(record) || !gone) continue;
		ids.set(record, newRecordId(now(), randomBytes));
		created.push({ collection, record, field: systemFields.createdAt.number, key: '', value: now() });
	}
	const said = new Set(ops.map(nameOf));
	return [...ops, ...created.filter((op) => !said.has(nameOf(op)))].map((op) => ({
		...op,
		record: ids.get(op.record) ?? op.record,
		value: ids.get(op.value as RecordId) ?? op.value,
	}));
}
