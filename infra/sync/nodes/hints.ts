import type { SpaceId } from '@mana/sync';

/** Hints of one node go together for this long, in milliseconds. The first after a silence goes at once. */
export const GATHER_MS = 5;
/** Largest payload of one NOTIFY: PostgreSQL takes less than 8,000 bytes. */
const PAYLOAD_BYTES = 7900;

/** "This space has come this far." Losing one costs time, never data: who hears it reads. */
export interface Hint {
	readonly space: SpaceId;
	readonly seq: number;
}

/** Payloads for hints, as few as they fit into. */
export function payloadsOf(hints: Iterable<Hint>): string[] {
	const payloads: string[] = [];
	let payload = '';
	for (const { space, seq } of hints) {
		const text = `${space}:${seq}`;
		if (payload.length + text.length >= PAYLOAD_BYTES) {
			payloads.push(payload);
			payload = '';
		}
		payload += payload === '' ? text : ` ${text}`;
	}
	return payload === '' ? payloads : [...payloads, payload];
}

/** The hints of a payload. What is none is passed over: another version may say more. */
export function hintsIn(payload: string): Hint[] {
	return payload.split(' ').flatMap((text) => {
		const [space, seq] = text.split(':');
		return space && /^\d+$/.test(seq ?? '') ? [{ space: space as SpaceId, seq: Number(seq) }] : [];
	});
}

/** Gathers what happens in a short time, so that a flood of commits is a few messages a second. */
export class Gathering<Key, Value> {
	readonly #send: (gathered: ReadonlyMap<Key, Value>) => void;
	readonly #after: (ms: number, then: () => void) => void;
	#waiting = new Map<Key, Value>();
	#resting = false;

	/** @param after calls back once, so many ms later */
	constructor(send: (gathered: ReadonlyMap<Key, Value>) => void, after: (ms: number, then: () => void) => void) {
		this.#send = send;
		this.#after = after;
	}

	/** A later value of the same key takes the place of the one before. */
	add(key: Key, value: Value): void {
		this.#waiting.set(key, value);
		if (!this.#resting) this.#flush();
	}

	#flush(): void {
		const gathered = this.#waiting;
		this.#resting = gathered.size > 0;
		if (!this.#resting) return;
		this.#waiting = new Map();
		this.#after(GATHER_MS, () => this.#flush());
		this.#send(gathered);
	}
}
