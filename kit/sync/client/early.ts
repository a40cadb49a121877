import type { DeviceId } from '../cell.ts';
import type { TabMessage } from './tabs.ts';

type Committed = TabMessage & { readonly kind: 'committed' };

/** How far a tab has come. */
interface Reached {
	/** Under which device it writes: what was written under another one says nothing about these numbers. */
	readonly device: DeviceId;
	readonly epoch: number;
	/** The checkpoint that it shows. */
	readonly seq: number;
	/** The lowest number of this device that it was not told of; it may have some above it of its own. */
	readonly nextN: number;
}

/**
 * What other tabs wrote and this one must not show yet: it has not been told of everything that they had seen. Tabs are told by several
 * at once, so an effect may well arrive before its cause (I7, writes follow reads).
 */
export class Early {
	#waiting: Committed[] = [];

	add(message: Committed): void {
		this.#waiting.push(message);
	}

	/** Takes out the next one whose causes are all there; `undefined` while there is none. */
	next({ device, epoch, seq, nextN }: Reached): Committed | undefined {
		const due = this.#waiting.findIndex(
			(message) =>
				message.device === device &&
				(message.epoch < epoch || (message.epoch === epoch && message.seq <= seq)) &&
				(message.transactions[0]?.n ?? 0) <= nextN,
		);
		return due < 0 ? undefined : this.#waiting.splice(due, 1)[0];
	}

	/** The disk told everything up to `nextN`. */
	loaded(nextN: number): void {
		this.#waiting = this.#waiting.filter(({ transactions }) => (transactions.at(-1)?.n ?? 0) >= nextN);
	}
}
