import type { Link, LinkHandlers } from '../client/link.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';

/** The server's end of a connection. */
export interface ServerEnd {
	received(frame: Uint8Array): void;
	/** The connection is over for the server. */
	closed(): void;
}

/** What the server does with a connection. */
export interface Acceptor {
	/** `null`: there is nobody (the process is down). */
	accept(wire: Wire): ServerEnd | null;
	/** One HTTP exchange: all frames of the request, then all of the answer, or `null` when the process is down or dies meanwhile. */
	exchange(request: readonly Uint8Array[], answer: (frames: readonly Uint8Array[] | null) => void): void;
}

/** How the network between one device and the server behaves just now; steps of the plan change it. */
export interface Weather {
	/** Latency of each message, ms: from, to. */
	latency: readonly [number, number];
	/** Nothing gets through, and attempts fail. */
	offline: boolean;
}

/** What a cut does to a connection. */
export type CutMode =
	| 'close' // both ends hear of it
	| 'silent' // nobody hears of it: half-open both ways
	| 'up-lost' // what the client sends is lost, what the server sends arrives
	| 'down-lost'
	| 'truncate' // the next frame to the server arrives in part, then it closes
	| 'truncate-down' // the next frame to the client
	| 'stall'; // a proxy holds back what is said from now on, and lets all of it go at once

const LONGEST_STALL_MS = 20_000;

/** A stream between one tab and the server: in order as TCP has it, until somebody cuts it. */
export class Wire implements Link {
	readonly kind = 'stream';
	readonly #timeline: Timeline;
	readonly #dice: Dice;
	readonly #weather: Weather;
	readonly #handlers: LinkHandlers;
	#end: ServerEnd | null = null;
	#open = true;
	#opened = false;
	#upAt = 0;
	#downAt = 0;
	#upLost = false;
	#downLost = false;
	#truncate = false;
	#truncateDown = false;
	readonly #sending: (frame: Uint8Array) => void;

	/** @param sending told of every frame that the client sends */
	constructor(
		timeline: Timeline,
		dice: Dice,
		weather: Weather,
		acceptor: Acceptor,
		handlers: LinkHandlers,
		sending: (frame: Uint8Array) => void,
	) {
		this.#sending = sending;
		this.#timeline = timeline;
		this.#dice = dice;
		this.#weather = weather;
		this.#handlers = handlers;
		this.#up(() => {
			this.#end = this.#weather.offline ? null : acceptor.accept(this);
			if (!this.#end) return this.#down(() => this.#closeClient());
			this.#down(() => {
				this.#opened = true;
				if (this.#open) this.#handlers.opened();
			});
		});
	}

	/** The client sends. @throws as a browser's socket does that is not open yet */
	send(frame: Uint8Array): void {
		if (!this.#open) return;
		if (!this.#opened) throw new Error('Something was sent on a stream that is still being opened.');
		const bytes = frame.slice();
		this.#sending(bytes);
		if (this.#truncate) {
			this.#truncate = false;
			const part = this.#partOf(bytes);
			this.#up(() => {
				this.#end?.received(part);
				this.cut('close');
			});
		} else this.#up(() => this.#end?.received(bytes));
	}

	/** The client lets go. What it sent before may still arrive, long after, as from a proxy's buffer. */
	close(): void {
		if (!this.#open) return;
		this.#open = false;
		if (this.#dice.chance(0.5)) this.#upLost = true;
		this.#timeline.after(this.#dice.chance(0.3) ? this.#dice.int(0, 5_000) : 0, () => this.#closeServer());
	}

	/** The server sends. */
	tell(frame: Uint8Array): void {
		const bytes = frame.slice();
		if (this.#truncateDown) {
			this.#truncateDown = false;
			const part = this.#partOf(bytes);
			this.#down(() => {
				if (this.#open) this.#handlers.received(part);
				this.cut('close');
			});
		} else this.#down(() => this.#open && this.#handlers.received(bytes));
	}

	/** The server lets go, after what it said. */
	hangUp(): void {
		this.#end = null;
		this.#down(() => this.#closeClient());
	}

	cut(mode: CutMode): void {
		if (mode === 'truncate') return void (this.#truncate = true);
		if (mode === 'truncate-down') return void (this.#truncateDown = true);
		if (mode === 'stall') return this.#holdBack(this.#timeline.now + this.#dice.int(500, LONGEST_STALL_MS));
		if (mode !== 'down-lost') this.#upLost = true;
		if (mode !== 'up-lost') this.#downLost = true;
		if (mode !== 'close') return;
		this.#timeline.after(this.#dice.int(0, 50), () => this.#closeClient());
		this.#timeline.after(this.#dice.int(0, 50), () => this.#closeServer());
	}

	/** Everything that hangs ends: the network is well again and resets what it does not know. */
	reset(): void {
		if (this.#upLost || this.#downLost || this.#truncate || this.#truncateDown) this.cut('close');
	}

	/** What is in order waits for what is in front of it. */
	#holdBack(until: number): void {
		this.#upAt = Math.max(this.#upAt, until);
		this.#downAt = Math.max(this.#downAt, until);
	}

	#partOf(bytes: Uint8Array): Uint8Array {
		return bytes.subarray(0, this.#dice.int(0, bytes.length - 1));
	}

	#closeClient(): void {
		if (!this.#open) return;
		this.#open = false;
		this.#handlers.closed('lost');
	}

	#closeServer(): void {
		this.#end?.closed();
		this.#end = null;
	}

	#up(arrive: () => void): void {
		this.#upAt = Math.max(this.#upAt, this.#timeline.now + this.#dice.int(...this.#weather.latency));
		this.#timeline.at(this.#upAt, () => {
			this.#upLost ||= this.#weather.offline; // a stream that lost one message never delivers the next
			if (!this.#upLost) arrive();
		});
	}

	#down(arrive: () => void): void {
		this.#downAt = Math.max(this.#downAt, this.#timeline.now + this.#dice.int(...this.#weather.latency));
		this.#timeline.at(this.#downAt, () => {
			this.#downLost ||= this.#weather.offline;
			if (!this.#downLost) arrive();
		});
	}
}

/** One HTTP request after another. A proxy may send a request twice, and lose the answer. */
export class Exchange implements Link {
	readonly kind = 'exchange';
	readonly #timeline: Timeline;
	readonly #dice: Dice;
	readonly #weather: Weather;
	readonly #acceptor: Acceptor;
	readonly #handlers: LinkHandlers;
	readonly #request: Uint8Array[] = [];
	#open = true;
	#cut: CutMode | null = null;
	/** How long a proxy holds the answer back, ms. */
	#stall = 0;

	constructor(timeline: Timeline, dice: Dice, weather: Weather, acceptor: Acceptor, handlers: LinkHandlers) {
		this.#timeline = timeline;
		this.#dice = dice;
		this.#weather = weather;
		this.#acceptor = acceptor;
		this.#handlers = handlers;
		timeline.after(0, () => {
			if (!this.#open) return;
			handlers.opened();
			timeline.after(0, () => this.#post());
		});
	}

	send(frame: Uint8Array): void {
		this.#request.push(frame.slice());
	}

	close(): void {
		this.#open = false;
	}

	cut(mode: CutMode): void {
		if (mode === 'stall') this.#stall = this.#dice.int(500, LONGEST_STALL_MS);
		else this.#cut = mode;
	}

	reset(): void {
		if (this.#cut) this.#lose();
	}

	#post(): void {
		const { offline } = this.#weather;
		if (offline || this.#cut === 'up-lost' || this.#cut === 'silent')
			return this.#timeline.after(this.#latency() * 2, () => this.#lose());
		const request = this.#cut === 'truncate' ? [...this.#request.slice(0, -1), this.#request.at(-1)!.subarray(1)] : this.#request;
		this.#timeline.after(this.#latency(), () => this.#acceptor.exchange(request, (frames) => this.#answered(frames)));
		if (this.#dice.chance(0.1))
			this.#timeline.after(this.#latency() * 3, () => this.#acceptor.exchange(request, () => undefined));
	}

	#answered(frames: readonly Uint8Array[] | null): void {
		this.#timeline.after(this.#latency() + this.#stall, () => {
			const isCut = this.#cut !== null && this.#cut !== 'truncate-down';
			if (!frames || isCut || this.#weather.offline) return this.#lose();
			const last = this.#cut && frames.at(-1);
			const came = last ? [...frames.slice(0, -1), last.subarray(0, this.#dice.int(0, last.length - 1))] : frames;
			for (const frame of came) if (this.#open) this.#handlers.received(frame);
			if (this.#open) this.#handlers.closed('done');
			this.#open = false;
		});
	}

	#lose(): void {
		if (this.#open) this.#handlers.closed('lost');
		this.#open = false;
	}

	#latency(): number {
		return this.#dice.int(...this.#weather.latency);
	}
}
