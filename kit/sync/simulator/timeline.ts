import { drainMicrotasks } from 'bun:jsc';

interface Event {
	readonly at: number;
	readonly order: number;
	readonly job: () => void;
}

/** Virtual time. Jobs run one after another in the order of their time; between two of them every promise that can settle has settled. */
export class Timeline {
	/** Milliseconds since 1970, the true time of the world. */
	now: number;
	/** A heap: the earliest event is at 0. */
	readonly #events: Event[] = [];
	#order = 0;

	constructor(start: number) {
		this.now = start;
	}

	/** Runs `job` after `ms` of virtual time. */
	after(ms: number, job: () => void): void {
		this.at(this.now + Math.max(0, ms), job);
	}

	at(at: number, job: () => void): void {
		const event = { at, order: this.#order++, job };
		const events = this.#events;
		let i = events.push(event) - 1;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			if (!before(event, events[parent]!)) break;
			events[i] = events[parent]!;
			i = parent;
		}
		events[i] = event;
	}

	/** Runs everything up to the moment `until`, or until `done` says so after some job. */
	run(until: number, done: () => boolean = () => false): void {
		drainMicrotasks();
		while (this.#events.length > 0 && this.#events[0]!.at <= until && !done()) {
			const { at, job } = this.#take();
			this.now = Math.max(this.now, at);
			job();
			drainMicrotasks();
		}
		if (!done()) this.now = Math.max(this.now, until);
	}

	#take(): Event {
		const events = this.#events;
		const first = events[0]!;
		const last = events.pop()!;
		if (events.length === 0) return first;
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			if (child >= events.length) break;
			if (child + 1 < events.length && before(events[child + 1]!, events[child]!)) child++;
			if (!before(events[child]!, last)) break;
			events[i] = events[child]!;
			i = child;
		}
		events[i] = last;
		return first;
	}
}

function before(a: Event, b: Event): boolean {
	return a.at < b.at || (a.at === b.at && a.order < b.order);
}
