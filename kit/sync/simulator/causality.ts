import type { Client } from '../client/client.ts';
import type { Tab } from './browser.ts';
import type { Oracle } from './oracle.ts';
import { Violation } from './violation.ts';

/**
 * What the tabs of a device tell each other comes in the order in which each said it, and in no order among them. Whoever shows what another tab wrote
 * must show what that one had seen when it wrote it (I7).
 */
export class Causality {
	/** By device and number of a transaction: the numbers of those that its tab showed when it was written. */
	readonly #seen = new Map<string, Seen>();
	readonly #resolved = new Set<string>();

	/** A tab writes now. @param label no other action has it. @returns to be called once it is stored */
	writes(client: Client, label: string): () => void {
		const { mana, device, space } = client;
		const seen = { numbers: numbersIn(mana), epoch: space.epoch, seq: space.seq };
		return () => {
			const own = mana.outbox().find((unsent) => unsent.label === label && unsent.transaction.n > 0);
			if (own && client.device === device) this.#seen.set(`${device}/${own.transaction.n}`, seen);
		};
	}

	/** A person decided on what was refused: it goes from the disk when the server's answer has arrived there. */
	resolved({ device }: Client, n: number): void {
		this.#resolved.add(`${device}/${n}`);
	}

	/** @param oracle knows what the server has decided: that may have reached a tab already, and its outbox not yet */
	check({ client, browser }: Tab, oracle: Oracle): void {
		if (!client?.mana.sync.durable || client.mana.sync.problem?.code === 'revoked') return; // its disk goes behind it
		if (browser.disk.meta()?.device.device !== client.device) return; // it is about to load the disk anew
		const { epoch, seq } = client.space;
		for (const { transaction } of client.mana.outbox()) {
			const seen = this.#seen.get(`${client.device}/${transaction.n}`);
			if (seen?.epoch === epoch && oracle.history === 0 && seq < seen.seq)
				throw new Violation('I7', `a tab at ${seq} shows transaction ${transaction.n}, whose writer stood at ${seen.seq}`);
		}
		const shown = new Set(numbersIn(client.mana));
		const doneN = client.upstream?.doneN ?? 0; // up to here it is in what was confirmed, perhaps by a server that was put back since
		const isKnown = (n: number) =>
			n <= doneN || shown.has(n) || this.#resolved.has(`${client.device}/${n}`) || oracle.hasDecided(client.device, n);
		const hidden = new Set(browser.disk.unsentNumbers().filter((n) => !isKnown(n)));
		for (const n of shown)
			for (const before of this.#seen.get(`${client.device}/${n}`)?.numbers ?? [])
				if (hidden.has(before))
					throw new Violation('I7', `a tab shows transaction ${n}, and not ${before}, which its writer had seen`);
	}
}

interface Seen {
	readonly numbers: readonly number[];
	readonly epoch: number;
	readonly seq: number;
}

/** What a tab shows over what was confirmed: unsent, refused, or kept by the server and not come back yet. */
function numbersIn({ replica }: Client['mana']): number[] {
	return [...replica.pending].flatMap(({ n }) => (n !== null && n > 0 ? [n] : []));
}
