import type { Cell } from '../cell.ts';
import { cellOf } from '../merge.ts';
import { Early } from './early.ts';
import type { Pending } from './pending.ts';
import type { StoredTransaction } from './store.ts';
import type { TabState } from './tab-state.ts';
import type { TabMessage } from './tabs.ts';

/** A guest's transactions are folded into the confirmed state when there are more. */
const GUEST_OUTBOX = 256;

/** What this device writes on its way: onto the disk, to the other tabs, and into the confirmed state. */
export class OwnWrites {
	readonly #state: TabState;
	readonly #early = new Early();

	constructor(state: TabState) {
		this.#state = state;
	}

	/** Transactions of this tab are on the disk. */
	stored(transactions: readonly Pending[], stored: readonly StoredTransaction[]): void {
		const { outbox, device, tabs, session } = this.#state;
		const { epoch, seq } = this.#state.space;
		outbox.stored(transactions, stored);
		tabs.post({ kind: 'committed', device, epoch, seq, transactions: stored });
		this.takeEarly();
		session?.flush();
	}

	/** Another tab stored some. */
	heard(message: TabMessage & { readonly kind: 'committed' }): void {
		this.#early.add(message);
		this.takeEarly();
	}

	/** Shows and sends what other tabs wrote, as soon as this one knows what they knew. */
	takeEarly(): void {
		let taken = false;
		const { device, space, outbox, replica, session, mana } = this.#state;
		const { epoch, seq } = space;
		for (let message; (message = this.#early.next({ device, epoch, seq, nextN: outbox.firstMissing })); taken = true) {
			const { transactions } = message;
			replica.batch(() => transactions.forEach((transaction) => outbox.add(transaction)));
		}
		if (!taken) return;
		session?.flush();
		mana.refresh();
	}

	/** The disk told everything up to `nextN`. */
	loaded(nextN: number): void {
		this.#early.loaded(nextN);
		this.takeEarly();
	}

	/** Writes down what is decided and has arrived. */
	settle(): void {
		const { outbox, space, mana, keeper, tabs } = this.#state;
		const settled = outbox.settle(space.seq);
		if (!settled) return;
		const { n, restamped, refused, lost } = settled;
		mana.noteConflicts(lost);
		keeper.write(async (store, generation) => {
			await store.settle(n, refused, lost, generation);
			outbox.knownN = n;
			const reasons = refused.map(({ n, refused }) => ({ n, ...refused! }));
			tabs.post({ kind: 'acked', device: this.#state.device, ack: { n, restamped, refused: reasons } });
		});
	}

	/** A guest has no server that would confirm what was written, so that the outbox would grow for ever. */
	fold(): void {
		const { outbox, replica, mana, keeper, tabs, parts } = this.#state;
		if (outbox.size <= GUEST_OUTBOX) return;
		const { epoch, seq: from, reach } = this.#state.space;
		const to = from + 1;
		const cells: Cell[] = [];
		for (const pending of outbox.all()) {
			for (const op of pending.ops) cells.push(cellOf(op, pending.stamp, replica.actor));
			pending.ackedSeq = to;
		}
		this.#state.changedAt = parts.env.elapsed();
		this.#state.space = { ...this.#state.space, seq: to };
		replica.seq = to;
		replica.batch(() => {
			replica.merge(cells);
			replica.sweep();
			keeper.bring(
				(store, generation) => store.applyRemote({ epoch, to, cells, replace: false }, generation),
				async ([bytes]) => {
					const told = { epoch, from, to, reach, cells: bytes!, gone: [], leaving: [] };
					tabs.post({ kind: 'confirmed', device: this.#state.device, ...told });
				},
			);
			this.settle();
		});
		mana.refresh();
	}

	/** Removes a refused transaction for good. */
	forget({ stamp }: Pending): Promise<void> {
		const { keeper, tabs } = this.#state;
		return keeper.inTurn(async () => {
			await keeper.store.forget(stamp);
			this.forgotten(stamp); // what was loaded meanwhile had it again
			tabs.post({ kind: 'forgotten', device: this.#state.device, stamp });
		});
	}

	/** This tab or another one removed a refused transaction. */
	forgotten(stamp: number): void {
		const { replica, mana } = this.#state;
		for (const pending of replica.pending) if (pending.refused && pending.stamp === stamp) replica.remove(pending);
		mana.refresh();
	}

	/** What this tab has loaded was wiped by another one: what it wrote since goes to the quarantine. */
	async taken(transactions: readonly Pending[]): Promise<void> {
		const { keeper, origin, replica, mana } = this.#state;
		await keeper.store.quarantine(transactions, origin);
		replica.batch(() => transactions.forEach((pending) => replica.remove(pending)));
		mana.refresh();
	}
}
