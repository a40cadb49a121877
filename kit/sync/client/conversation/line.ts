import { encodeSaid } from '../../codec/client.ts';
import type { ClientFrame, Pong, Welcome } from '../../frames.ts';
import type { ConversationStanding } from '../api.ts';
import { BackOff } from './back-off.ts';
import type { Environment } from '../environment.ts';
import { SignedOut, type Connector, type Link, type LinkHandlers, type TokenSource } from '../link.ts';
import { TokenKeeper } from './token-keeper.ts';
import type { Trace } from './trace.ts';
import { Watchdog } from './watchdog.ts';

/** A silent server is waited for this long between two attempts while somebody looks, ms. */
const HURRIED_PAUSE_MS = 1_000;

interface LineParts extends Pick<LinkHandlers, 'received' | 'closed'> {
	readonly env: Environment;
	readonly connector: Connector;
	readonly token: TokenSource;
	readonly trace: Trace;
	/** Frames may be sent. */
	opened(token: string): void;
	/** It ended, on whichever side: nothing that was begun on it counts any more. */
	dropped(): void;
	/** There is no way to the server now. */
	lost(code: string, detail: string): void;
	/** The session with mana-auth is over. */
	signedOut(): void;
	/** The server's time minus ours, in ms. */
	clockMeasured(skewMs: number): void;
}

/** The connection of one conversation: a token, a link and the silence on it, begun again and again. What is said over it is the session's. */
export class Line {
	/** What the conversation stands at. */
	stage: ConversationStanding['stage'] = 'stopped';
	readonly token: TokenKeeper;
	readonly watchdog: Watchdog;
	readonly #parts: LineParts;
	readonly #backOff: BackOff;
	/** Grows with each attempt, so that late answers to an earlier one are recognised. */
	#attempt = 0;
	#link: Link | null = null;
	#retryAt = 0;
	#bestRoundTrip = Infinity;

	constructor(parts: LineParts) {
		const { env } = parts;
		this.#parts = parts;
		this.token = new TokenKeeper(env, parts.token);
		this.watchdog = new Watchdog(env);
		this.#backOff = new BackOff(() => env.random());
	}

	/** What carries it; `null` while there is no connection. */
	get over(): Link['kind'] | null {
		return this.#link?.kind ?? null;
	}

	/** Frames may be sent, and are answered as they come. */
	get isOpen(): boolean {
		return this.stage === 'subscribed' && this.over === 'stream';
	}

	/** It is time for the next attempt. */
	get isDue(): boolean {
		return this.stage === 'waiting' && this.#parts.env.elapsed() >= this.#retryAt;
	}

	/** Tells whether the connection of this moment is still the one that counts. */
	current(): () => boolean {
		const attempt = this.#attempt;
		return () => attempt === this.#attempt;
	}

	/** Drops what there is and connects, with a fresh token where the last one is too old. */
	begin(): void {
		this.drop();
		const { good } = this.token;
		if (good !== null) return this.#open(good);
		const isCurrent = this.current();
		this.stage = 'token';
		this.watchdog.asked();
		this.token.fetch().then(
			(token) => {
				if (isCurrent()) this.#open(this.token.keep(token));
			},
			(error: unknown) => {
				if (!isCurrent()) return;
				if (error instanceof SignedOut) this.#parts.signedOut();
				else this.#parts.lost('no-token', 'The server cannot be reached.');
			},
		);
	}

	#open(token: string): void {
		const { connector, opened, received, closed, trace } = this.#parts;
		this.stage = 'opening';
		this.watchdog.opened();
		const isCurrent = this.current();
		this.#link = connector.open({
			opened: () => isCurrent() && opened(token),
			received: (bytes) => isCurrent() && received(bytes),
			closed: (how) => isCurrent() && closed(how),
		});
		trace.note({ what: 'opened', over: this.#link.kind });
	}

	/** Answers how many bytes went. */
	send(frame: ClientFrame): number {
		const bytes = encodeSaid(frame);
		this.#parts.trace.frame('sent', frame, bytes.length);
		this.#link?.send(bytes);
		return bytes.length;
	}

	ping(): void {
		this.watchdog.pinged();
		this.send({ type: 'ping', clockMs: this.clockMs });
	}

	/** Shows a fresh token when the one in use gets old. */
	renew(): void {
		if (!this.token.isOld) return;
		const isCurrent = this.current();
		this.token.renew().then(
			(token) => {
				if (isCurrent() && this.#link) this.send({ type: 'auth', token });
			},
			(error: unknown) => {
				if (error instanceof SignedOut && isCurrent()) this.#parts.signedOut();
			},
		);
	}

	/** Our clock as it travels: whole and not negative, whatever it says. */
	get clockMs(): number {
		return Math.max(0, Math.floor(this.#parts.env.now()));
	}

	/** Keeps the measurement with the shortest round trip: its error is at most half of that. */
	measure({ clockMs, serverMs }: Welcome | Pong): void {
		const roundTrip = this.clockMs - clockMs;
		if (roundTrip < 0 || roundTrip >= this.#bestRoundTrip) return;
		this.#bestRoundTrip = roundTrip;
		this.#parts.clockMeasured(Math.round(serverMs - clockMs - roundTrip / 2));
	}

	/** It leads somewhere, or somebody wants it to: the next pause is short. */
	works(): void {
		this.#backOff.reset();
	}

	/** Waits longer after each attempt that failed. @returns how long, in ms */
	backOff(leastMs: number): number {
		const waitMs = this.watchdog.hurried ? this.#backOff.next(leastMs, HURRIED_PAUSE_MS) : this.#backOff.next(leastMs);
		this.pause(waitMs);
		return waitMs;
	}

	pause(ms: number): void {
		this.stage = 'waiting';
		this.#retryAt = this.#parts.env.elapsed() + ms;
	}

	/** Ends the connection, if there is one, without a word. */
	drop(): void {
		this.#attempt++;
		this.#link?.close();
		this.#link = null;
		this.#bestRoundTrip = Infinity;
		this.watchdog.drop();
		this.#parts.dropped();
	}
}
