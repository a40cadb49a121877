import type { Mana } from '@mana/sync/client/api';
import { type Counts, countsOf, faultsIn, type Mark, type View } from './checks.ts';
import { keyCount, keyIds, keys, marks, writtenAtOnce } from './model.ts';

/** What a replica tells whoever runs it. */
export type Told =
	| { readonly kind: 'ready' }
	/** All of its transactions up to this one are on the server's disk. */
	| { readonly kind: 'acked'; readonly count: number }
	/** All of its transactions up to this one are on its own disk. */
	| { readonly kind: 'saved'; readonly count: number }
	| { readonly kind: 'fault'; readonly what: string }
	| {
			readonly kind: 'state';
			readonly written: number;
			readonly unsent: number;
			readonly refused: number;
			/** How its sync says it stands. */
			readonly stands: string;
			readonly view: WireView;
	  };

/** A view as it goes through a pipe. */
export interface WireView {
	readonly tops: readonly number[];
	readonly marks: readonly (readonly [writer: string, count: number, value: number, keys: readonly number[]])[];
}

/** Writes the workload to a Mana and checks what it shows, at each transaction and at each change. */
export class Replica {
	readonly #mana: Mana;
	readonly #writer: string;
	readonly #random: () => number;
	readonly #tell: (told: Told) => void;
	readonly #tops;
	readonly #marks;
	#before: Counts = new Map();
	#written = 0;
	#acked = 0;

	/** @param writer unique among all replicas that ever ran; `random` in [0, 1) */
	constructor(mana: Mana, writer: string, random: () => number, tell: (told: Told) => void) {
		this.#mana = mana;
		this.#writer = writer;
		this.#random = random;
		this.#tell = tell;
		this.#tops = mana.query(keys);
		this.#marks = mana.query(marks);
		this.#marks.subscribe(() => this.#look());
		mana.subscribe(() => this.#count());
	}

	/** Reads every key, then writes some of them with a value that nobody wrote before. */
	step(): void {
		const view = this.#look();
		const chosen = new Set<number>();
		while (chosen.size < writtenAtOnce) chosen.add(Math.floor(this.#random() * keyCount));
		const number = Number.parseInt(this.#writer.replace(/\D/g, ''), 10) % 100;
		const value = (Math.floor(Math.max(...view.tops) / 100) + 1) * 100 + number;
		const count = ++this.#written;
		const seen = [...this.#before].map(([writer, last]) => `${writer}:${last}`).join(',');
		const { saved } = this.#mana.write(this.#label(count), (tx) => {
			for (const key of chosen) tx.update(keys, keyIds[key]!, { top: value });
			tx.create(marks, { writer: this.#writer, count, value, keys: [...chosen].join(','), seen });
		});
		saved.then(
			() => this.#tell({ kind: 'saved', count }),
			(error: unknown) => this.#tell({ kind: 'fault', what: `${this.#writer} ${count} could not be saved: ${String(error)}` }),
		);
		this.#look();
	}

	state(): Told {
		const { tops, marks } = this.#view();
		const wire = marks.map((mark) => [mark.writer, mark.count, mark.value, mark.keys] as const);
		const { unsent, refused, phase, problem, retryAt } = this.#mana.sync;
		const again = retryAt === null ? '' : `, again in ${Math.round(retryAt - Date.now())} ms`;
		const stands = `${phase}${problem ? ` (${problem.code})` : ''}${again}`;
		return { kind: 'state', written: this.#written, unsent, refused, stands, view: { tops, marks: wire } };
	}

	#look(): View {
		const view = this.#view();
		for (const what of faultsIn(view, this.#before).slice(0, 3)) this.#tell({ kind: 'fault', what: `${this.#writer}: ${what}` });
		this.#before = countsOf(view.marks);
		return view;
	}

	#view(): View {
		const tops = Array.from({ length: keyCount }, () => 0);
		for (const { id, top } of this.#tops.rows) tops[indexOf(id)] = top;
		return { tops, marks: this.#marks.rows.map(markOf) };
	}

	/** What left the outbox is acknowledged: nothing is ever refused in this workload, and `refused` is checked at the end. */
	#count(): void {
		const mine = this.#label('');
		const oldest = this.#mana.outbox().find(({ label }) => label.startsWith(mine));
		const acked = oldest ? Number(oldest.label.slice(mine.length)) - 1 : this.#written;
		if (acked <= this.#acked) return;
		this.#acked = acked;
		this.#tell({ kind: 'acked', count: acked });
	}

	/** Other tabs write to the same outbox. */
	#label(count: number | ''): string {
		return `${this.#writer} ${count}`;
	}
}

const indexById = new Map<string, number>(keyIds.map((id, index) => [id, index]));

function indexOf(id: string): number {
	const index = indexById.get(id);
	if (index === undefined) throw new Error(`There is no key ${id}.`);
	return index;
}

function markOf(row: { writer: string; count: number; value: number; keys: string; seen: string }): Mark {
	return {
		writer: row.writer,
		count: row.count,
		value: row.value,
		keys: row.keys === '' ? [] : row.keys.split(',').map(Number),
		seen: new Map(
			row.seen
				.split(',')
				.filter(Boolean)
				.map((entry) => [entry.slice(0, entry.lastIndexOf(':')), Number(entry.slice(entry.lastIndexOf(':') + 1))]),
		),
	};
}
