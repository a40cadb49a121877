import { problem, type Logger, type Socket, type SocketHandlers } from '@mana/service';
import { BadFrame, type ByeCode, decodeFrame, encodeFrame, type Frame, type FrameOf, limits, type SpaceId } from '@mana/sync';
import { Farewell } from './farewell.ts';
import { BEHIND_BYTES, Follower, type FollowerParts } from './follower.ts';
import { Forgotten } from '@mana/sync/space/index';
import { CROWDED_CREDIT, creditOf, type Door, PUSH_CREDIT, reachOf, renewalOf, Session } from './session.ts';
import type { Peer, Presence } from './presence.ts';

/** A socket that has not said HELLO by then is closed. */
export const HELLO_WITHIN_MS = 10_000;
/** Sockets that may be open without having said HELLO. */
const MOST_STRANGERS = 2048;
/** The same from one address, so that nobody alone can keep the others out. */
export const MOST_STRANGERS_OF_ONE = 512;
/** Bytes of one socket that may be under way to the disk before it is read no further. */
const UNDER_WAY_BYTES = 2 * limits.frameBytes;
/** The same for a socket that was not yet heard, and for everybody while this much is waiting in total. */
const CROWDED_BYTES = 64 * 1024 * 1024;

interface Conversation {
	readonly session: Session;
	/** Where it comes from. */
	readonly address: string;
	readonly openedAt: number;
	readonly followers: Map<SpaceId, Follower>;
	readonly backlog: Uint8Array<ArrayBuffer>[];
	/** The last CREDIT that was told, where it is not the usual one. */
	readonly lent: Map<SpaceId, number>;
	/** As whom it is heard in each space. */
	readonly peers: Map<SpaceId, Peer>;
	working: boolean;
	/** Bytes heard and not yet answered. */
	underWay: number;
	over: boolean;
}

type Wire = Socket<Conversation>;

/** WebSocket close codes (RFC 6455 §7.4 and IANA's registry) that go with a BYE. */
const CLOSE_CODES: Partial<Record<ByeCode, number>> = { restart: 1012, busy: 1013 };
const POLICY_VIOLATION = 1008;

/** All open WebSockets: each is one conversation, its frames handled in order, its pushes on their way to the disk at the same time. */
export class Sockets {
	readonly #door: Door;
	readonly #parts: FollowerParts;
	readonly #log: Logger;
	readonly #presence: Presence;
	readonly #open = new Set<Wire>();
	/** Those of them that have not said HELLO. */
	readonly #strangers = new Set<Wire>();

	constructor(door: Door, parts: FollowerParts, presence: Presence, log: Logger) {
		this.#presence = presence;
		this.#door = door;
		this.#parts = parts;
		this.#log = log;
	}

	get count(): number {
		return this.#open.size;
	}

	/** Sockets that wait to catch up. */
	get behind(): number {
		let count = 0;
		for (const wire of this.#open) for (const follower of wire.data.followers.values()) if (follower.behind) count++;
		return count;
	}

	/** Bytes that were sent and that no socket has taken yet. */
	get unsentBytes(): number {
		let bytes = 0;
		for (const wire of this.#open) bytes += wire.getBufferedAmount();
		return bytes;
	}

	/** What a handshake puts on its socket. @throws Problem `too-many-strangers` */
	begin(address: string): Conversation {
		const ofOne = [...this.#strangers].filter((wire) => wire.data.address === address).length;
		if (this.#strangers.size >= MOST_STRANGERS || ofOne >= MOST_STRANGERS_OF_ONE)
			throw problem(503, 'too-many-strangers', 'Too many connections are waiting to say who they are. Try again in a moment.', {
				retryAfterMs: 2000,
			});
		const { clock } = this.#door;
		return {
			session: new Session(this.#door),
			address,
			openedAt: clock.now(),
			followers: new Map(),
			backlog: [],
			lent: new Map(),
			peers: new Map(),
			working: false,
			underWay: 0,
			over: false,
		};
	}

	/** For Bun's server. */
	readonly handlers: SocketHandlers<Conversation> = {
		// The runtime itself closes what is larger (1009), and a reader that took no byte while this much was published.
		maxPayloadLength: limits.frameBytes,
		backpressureLimit: BEHIND_BYTES + 4 * limits.frameBytes,
		closeOnBackpressureLimit: true,
		idleTimeout: 120,
		open: (wire) => {
			wire.binaryType = 'uint8array';
			this.#open.add(wire);
			this.#strangers.add(wire);
		},
		message: (wire, message) => this.#hear(wire, message),
		drain: (wire) => {
			for (const follower of wire.data.followers.values()) follower.run();
		},
		close: (wire) => {
			this.#open.delete(wire);
			this.#strangers.delete(wire);
			this.#end(wire);
		},
	};

	/** Closes whom time has run out for. Called every second. */
	sweep(): void {
		this.#presence.sweep();
		const now = this.#door.clock.now();
		for (const wire of this.#strangers)
			if (now - wire.data.openedAt >= HELLO_WITHIN_MS)
				this.#dismiss(wire, new Farewell('protocol', 'No HELLO came within ten seconds.'));
		for (const wire of this.#open)
			if (wire.data.session.expiresAt <= now)
				this.#dismiss(wire, new Farewell('unauthorised', 'The token has ended. Come back with a fresh one.'));
	}

	/** Says goodbye to everybody: the service stops. Clients come back spread over a second. */
	close(): void {
		for (const wire of this.#open)
			this.#dismiss(wire, new Farewell('restart', 'The server restarts.', this.#door.jitter(250, 1250)));
	}

	#hear(wire: Wire, message: string | Uint8Array): void {
		const { data } = wire;
		if (data.over) return;
		if (typeof message === 'string') return this.#dismiss(wire, new Farewell('bad-frame', 'Frames are binary messages.'));
		// A copy of its own: the committer may take it to another thread.
		const bytes = message.slice() as Uint8Array<ArrayBuffer>;
		data.backlog.push(bytes);
		this.#weigh(wire, bytes.length);
		if (!data.working) void this.#work(wire);
	}

	async #work(wire: Wire): Promise<void> {
		const { data } = wire;
		data.working = true;
		try {
			for (let bytes = data.backlog.shift(); bytes && !data.over; bytes = data.backlog.shift()) await this.#handle(wire, bytes);
		} catch (error) {
			this.#dismiss(wire, error);
		}
		data.working = false;
	}

	/** Handles one frame. A push is not waited for: the next one goes to the disk together with it, or right behind. */
	async #handle(wire: Wire, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
		const { session } = wire.data;
		const size = bytes.length;
		const frame = decodeFrame(bytes);
		if (frame.type === 'push') {
			session
				.push(frame, bytes)
				.then((ack) => {
					if (ack) this.#say(wire, ack);
					this.#lend(wire, frame.space);
				})
				.catch((error: unknown) => this.#dismiss(wire, error))
				.finally(() => this.#weigh(wire, -size));
			return;
		}
		await this.#answer(wire, frame);
		this.#weigh(wire, -size);
	}

	async #answer(wire: Wire, frame: Exclude<Frame, FrameOf<'push'>>): Promise<void> {
		const { session } = wire.data;
		switch (frame.type) {
			case 'hello':
				this.#say(wire, await session.hello(frame));
				this.#strangers.delete(wire);
				return;
			case 'auth':
				return session.auth(frame);
			case 'ping':
				return this.#say(wire, session.pong(frame));
			case 'sub':
				return this.#follow(wire, frame);
			case 'credit':
				session.credit();
				wire.data.followers.get(frame.space)?.grant(frame.bytes);
				return;
			case 'presence':
				return this.#place(wire, frame);
			case 'digest':
				session.digest(frame);
				// What comes next on this connection does not wait for it.
				wire.data.followers
					.get(frame.space)
					?.answer(frame)
					.catch((error: unknown) => this.#dismiss(wire, error));
				return;
			default:
				throw new Farewell('protocol', `A client does not send ${frame.type.toUpperCase()}.`);
		}
	}

	#place(wire: Wire, frame: FrameOf<'presence'>): void {
		const { session, peers } = wire.data;
		session.presence(frame);
		const [entry] = frame.entries;
		const peer = peers.get(frame.space);
		if (!peer || !entry) return;
		if (!this.#presence.say(peer, frame, entry.value))
			throw new Farewell('protocol', 'This is one channel too many. Leave another one first.');
	}

	#leaveSpace(wire: Wire, space: SpaceId): void {
		const peer = wire.data.peers.get(space);
		wire.data.peers.delete(space);
		if (peer) this.#presence.end(peer);
	}

	async #follow(wire: Wire, frame: FrameOf<'sub'>): Promise<void> {
		const { data } = wire;
		const seat = await data.session.sub(frame);
		if (data.over) return;
		data.followers.get(frame.space)?.end();
		data.followers.delete(frame.space);
		this.#leaveSpace(wire, frame.space);
		if (seat.type === 'revoked') return this.#say(wire, seat);
		const reach = reachOf(seat);
		if (reach) this.#say(wire, reach);
		const renewal = renewalOf(seat, frame);
		if (renewal.frame) this.#say(wire, renewal.frame);
		this.#say(wire, seat);
		if (data.session.lively) this.#say(wire, creditOf(frame.space));
		const follower = new Follower(
			seat,
			renewal.from,
			frame.part ?? null,
			data.session,
			{
				send: (bytes) => void wire.send(bytes),
				buffered: () => wire.getBufferedAmount(),
				subscribe: (topic) => wire.subscribe(topic),
				unsubscribe: (topic) => wire.unsubscribe(topic),
				cut: () => wire.terminate(),
				left: () => {
					data.followers.delete(frame.space);
					this.#leaveSpace(wire, frame.space);
					data.session.left(frame.space);
				},
				fail: (error) => this.#dismiss(wire, error),
			},
			this.#parts,
		);
		data.followers.set(frame.space, follower);
		data.peers.set(frame.space, {
			space: frame.space,
			number: seat.actor,
			person: data.session.person,
			mayHear: (app) => follower.mayHear(app),
			// Who is slow hears the newest with the next change, or when it has come back.
			send: (bytes) => void (wire.getBufferedAmount() <= BEHIND_BYTES && wire.send(bytes)),
		});
		follower.run();
	}

	/** Lets less wait for an answer while too much waits in total, and as much as before when that is over. */
	#lend(wire: Wire, space: SpaceId): void {
		const { session, lent } = wire.data;
		const bytes = this.#door.committer.waitingBytes > CROWDED_BYTES / 2 ? CROWDED_CREDIT : PUSH_CREDIT;
		if (!session.lively || (lent.get(space) ?? PUSH_CREDIT) === bytes) return;
		lent.set(space, bytes);
		this.#say(wire, creditOf(space, bytes));
	}

	#say(wire: Wire, frame: Frame): void {
		if (!wire.data.over) wire.send(encodeFrame(frame) as Uint8Array<ArrayBuffer>);
	}

	/** Notes bytes that came or were dealt with, and reads a socket no further while too much of it is under way. */
	#weigh(wire: Wire, bytes: number): void {
		const { data } = wire;
		data.underWay += bytes;
		if (data.over) return;
		const crowded = this.#door.committer.waitingBytes > CROWDED_BYTES;
		const full = data.underWay > (crowded || !data.session.known ? 0 : UNDER_WAY_BYTES);
		if (full && !wire.isPaused) wire.pause();
		else if (!full && wire.isPaused) wire.resume();
	}

	/** Ends a conversation with the BYE that `reason` is, or stands for. */
	#dismiss(wire: Wire, reason: unknown): void {
		if (wire.data.over) return;
		const farewell = farewellFor(reason);
		if (farewell !== reason && !(reason instanceof BadFrame)) this.#log.error({ err: reason }, 'a conversation failed');
		this.#door.meters.farewell(farewell.code);
		this.#end(wire);
		wire.send(farewell.frame());
		wire.close(CLOSE_CODES[farewell.code] ?? POLICY_VIOLATION, farewell.code);
	}

	#end(wire: Wire): void {
		const { data } = wire;
		data.over = true;
		data.backlog.length = 0;
		for (const space of data.peers.keys()) this.#leaveSpace(wire, space);
		for (const follower of data.followers.values()) follower.end();
		data.followers.clear();
	}
}

/** The BYE for whatever was thrown. What nobody foresaw is ours to repair, so the client may come back. */
export function farewellFor(reason: unknown): Farewell {
	if (reason instanceof Farewell) return reason;
	if (reason instanceof Forgotten)
		return new Farewell('restart', 'You were away for too long. Come back to get the state anew.', 0);
	if (reason instanceof BadFrame) return new Farewell(reason.code === 'version' ? 'version' : 'bad-frame', reason.message);
	return new Farewell('restart', 'Something went wrong on the server. Nothing acknowledged is lost.', 2000);
}
