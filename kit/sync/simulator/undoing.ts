import { lawOf, type Register, systemFields, type Value } from '@mana/model';
import type { Op } from '../cell.ts';
import type { Client } from '../client/client.ts';
import { placeOf } from '../client/slot.ts';
import { placeKey } from '../merge.ts';
import { show } from './plain-rules.ts';
import { newerThings, records, things } from './things.ts';
import { Violation } from './violation.ts';

/** What an action wrote, and what stood there before, by the place. */
interface Written {
	readonly before: ReadonlyMap<string, Value>;
	readonly after: ReadonlyMap<string, Value>;
}

/** Fields that go along by rules of their own: those of other builds, and the flag that takes a creation back. */
const BESIDE: ReadonlySet<number> = new Set(
	[things.fields.hours, newerThings.fields.minutes, systemFields.purged].map(({ number }) => number),
);

/** Watches what people take back and do again (I20): it brings back what stood there, and nothing goes that somebody else wrote since. */
export class Undoing {
	/** By tab and by the label of the action. */
	readonly #written = new WeakMap<Client, Map<string, Written>>();
	/** As whom each tab has written: where its disk fails it goes on as another device. */
	readonly #actors = new WeakMap<Client, Set<number>>();

	/** Does what writes an action, and remembers it. @param label no other action has it */
	write<T>(client: Client, label: string, action: () => T): T {
		const before = shownBy(client);
		this.speaksAs(client);
		const done = action();
		const of = this.#written.get(client) ?? new Map<string, Written>();
		this.#written.set(client, of);
		const ops = client.mana.outbox().flatMap((unsent) => (unsent.label === label ? unsent.transaction.ops : []));
		const after = new Map(ops.map((op) => [placeKey(op), op.value]));
		of.set(label, { before: new Map([...before].map(([place, { value }]) => [place, value])), after });
		return done;
	}

	/** Does what takes an action back, or does it again. */
	turn(client: Client, way: 'undo' | 'redo'): void {
		const { history } = client.mana;
		const before = shownBy(client);
		const earlier = new Set(client.mana.outbox().map(({ transaction }) => transaction.stamp));
		const actors = this.speaksAs(client);
		if (!history[way]()) return;
		for (const { transaction, label } of client.mana.outbox()) {
			if (earlier.has(transaction.stamp)) continue;
			const written = this.#written.get(client)?.get(label);
			for (const op of transaction.ops) {
				if (!isRegister(op)) continue;
				const stood = before.get(placeKey(op));
				if (stood && !actors.has(stood.actor))
					throw new Violation(
						'I20',
						`${way} of ${label} puts ${String(op.value)} over ${show(stood)}, which another device wrote`,
					);
				const due = written?.[way === 'undo' ? 'before' : 'after'].get(placeKey(op)) ?? null;
				if (written && due !== op.value)
					throw new Violation('I20', `${way} of ${label} brings ${String(op.value)} back at ${placeKey(op)}, not ${String(due)}`);
			}
		}
	}

	/** A tab may have been told as whom it speaks. @returns as whom it ever did */
	speaksAs(client: Client): ReadonlySet<number> {
		const actors = this.#actors.get(client) ?? new Set();
		this.#actors.set(client, actors.add(client.space.actor));
		return actors;
	}
}

/** A count or a text is never what it was before. */
function isRegister({ collection, field }: Op): boolean {
	const { name } = lawOf(field);
	return collection === things.number && !BESIDE.has(field) && (name === 'lww' || name === 'set' || name === 'tree');
}

/** Every register that a tab shows. */
function shownBy({ mana }: Client): Map<string, Register> {
	const shown = new Map<string, Register>();
	for (const record of records)
		for (const [slot, register] of mana.replica.registers(things.number, record))
			shown.set(placeKey({ collection: things.number, record, ...placeOf(slot) }), register);
	return shown;
}
