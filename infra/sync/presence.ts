import { encodeFrame, type Presence as Frame, type PresenceEntry, type SpaceId } from '@mana/sync';

/** Somebody's device that speaks and listens in a space, on one connection. */
export interface Peer {
	readonly space: SpaceId;
	/** Number of the device in the space: its actor. */
	readonly number: number;
	readonly person: string;
	/** Whether it may hear of an app at this moment; false as well while that has to be judged anew. */
	mayHear(app: number): boolean;
	send(frame: Uint8Array<ArrayBuffer>): void;
}

/**
 * Passes what is said on this node to the others, where there are some. What they say comes to `Presence.heard`. A frame without entries asks who is
 * there: each node answers with those of its own.
 */
export interface PresenceRelay {
	say(frame: Frame): void;
}

export interface PresenceParts {
	/** ms, of whatever clock never goes back */
	now(): number;
	/** Runs a job after so many ms, and gives back how to keep it from running. */
	later(ms: number, job: () => void): () => void;
	readonly relay: PresenceRelay;
}

/** A value that is not said again is forgotten after this long. Clients say theirs every 10 s. */
export const TTL_MS = 30_000;
/** Changes of one channel are told at most this often: 20 times a second. */
const TOGETHER_MS = 50;
/** Channels that one connection may be in, and values that one channel may have; whoever comes when it is full is not told of, but hears. */
export const [MOST_CHANNELS, MOST_VALUES] = [16, 128];

interface Value extends PresenceEntry {
	saidAt: number;
	/** Here; `null`: on another node. */
	readonly peer: Peer | null;
}

interface Channel {
	readonly space: SpaceId;
	readonly app: number;
	readonly channel: string;
	readonly values: Map<number, Value>;
	/** Who listens here. */
	readonly peers: Set<Peer>;
	/** Peers that could not be told something, because what they may hear is being judged, with the numbers of what it was about. */
	readonly missed: Map<Peer, Set<number>>;
	/** Values that changed since they were told, here and on other nodes. */
	readonly changed: Map<number, Value | null>;
	toldAt: number;
	wait: (() => void) | null;
}

/**
 * Who is where right now: the last value of each device in a channel of a space. Nothing of it is stored, and nothing waits for a disk: a
 * change is told at once, and those that follow within 50 ms together (sync.md §6.14).
 */
export class Presence {
	readonly #parts: PresenceParts;
	readonly #channels = new Map<string, Channel>();
	readonly #joined = new Map<Peer, Set<Channel>>();

	constructor(parts: PresenceParts) {
		this.#parts = parts;
	}

	/** Values that are known here, for the metric. */
	get size(): number {
		let size = 0;
		for (const { values } of this.#channels.values()) size += values.size;
		return size;
	}

	/**
	 * A device says where it is, or with `null` that it leaves. Who comes is told of everybody. What may not be heard may not be said either.
	 *
	 * @returns false when it is in too many channels
	 */
	say(peer: Peer, { app, channel: name }: Frame, value: string | null): boolean {
		const key = keyOf(peer.space, app, name);
		if (value === null) {
			const known = this.#channels.get(key);
			if (known) this.#leave(peer, known);
			return true;
		}
		if (!peer.mayHear(app)) return true;
		const joined = this.#joined.get(peer) ?? new Set();
		const channel = this.#channels.get(key) ?? this.#open(key, peer.space, app, name);
		if (!joined.has(channel)) {
			if (joined.size >= MOST_CHANNELS) return false;
			this.#joined.set(peer, joined.add(channel));
			channel.peers.add(peer);
			this.#tellAll(channel, peer);
		}
		this.#put(channel, { peer, number: peer.number, person: peer.person, value, saidAt: this.#parts.now() });
		return true;
	}

	/** A connection, or its right to a space, has ended. */
	end(peer: Peer): void {
		for (const channel of this.#joined.get(peer) ?? []) this.#leave(peer, channel);
	}

	/** What was said on another node. */
	heard({ space, app, channel: name, entries }: Frame): void {
		const channel = this.#channels.get(keyOf(space, app, name));
		if (!channel) return; // nobody here listens
		if (entries.length === 0) return this.#relay(channel, ownOf(channel));
		for (const { number, person, value } of entries) {
			if (value === null) {
				if (channel.values.get(number)?.peer === null) this.#drop(channel, number);
			} else this.#put(channel, { peer: null, number, person, value, saidAt: this.#parts.now() });
		}
	}

	/** Time has passed: forgets what was not said again, and tells those who could not be told. Call it about once a second. */
	sweep(): void {
		const due = this.#parts.now() - TTL_MS;
		for (const channel of this.#channels.values()) {
			for (const [number, { saidAt, peer }] of channel.values) {
				if (saidAt > due) continue;
				if (peer) this.#leave(peer, channel);
				else this.#drop(channel, number);
			}
			for (const [peer, numbers] of channel.missed) {
				if (!peer.mayHear(channel.app)) continue;
				channel.missed.delete(peer);
				peer.send(
					frameOf(
						channel,
						[...numbers].map((number) => channel.values.get(number) ?? gone(number)),
					),
				);
			}
		}
	}

	#open(key: string, space: SpaceId, app: number, channel: string): Channel {
		const sets = { values: new Map(), peers: new Set<Peer>(), missed: new Map<Peer, Set<number>>(), changed: new Map() };
		const opened = { space, app, channel, ...sets, toldAt: -Infinity, wait: null };
		this.#channels.set(key, opened);
		this.#parts.relay.say({ type: 'presence', space, app, channel, entries: [] });
		return opened;
	}

	#put(channel: Channel, value: Value): void {
		const before = channel.values.get(value.number);
		if (!before && channel.values.size >= MOST_VALUES) return;
		channel.values.set(value.number, value);
		if (before?.value === value.value && before.person === value.person) {
			if (value.peer) this.#relay(channel, [value]); // only that it is still there
			return;
		}
		channel.changed.set(value.number, value);
		this.#tellSoon(channel);
	}

	#leave(peer: Peer, channel: Channel): void {
		channel.peers.delete(peer);
		channel.missed.delete(peer);
		const joined = this.#joined.get(peer);
		joined?.delete(channel);
		if (joined?.size === 0) this.#joined.delete(peer);
		// A device that came back on another connection has its value from there.
		if (channel.values.get(peer.number)?.peer === peer) this.#drop(channel, peer.number);
		if (channel.peers.size > 0) return;
		this.#tell(channel);
		this.#channels.delete(keyOf(channel.space, channel.app, channel.channel));
	}

	#drop(channel: Channel, number: number): void {
		channel.values.delete(number);
		channel.changed.set(number, null);
		this.#tellSoon(channel);
	}

	#tellSoon(channel: Channel): void {
		if (channel.wait) return;
		const wait = channel.toldAt + TOGETHER_MS - this.#parts.now();
		if (wait <= 0) this.#tell(channel);
		else channel.wait = this.#parts.later(wait, () => this.#tell(channel));
	}

	#tell(channel: Channel): void {
		channel.wait?.();
		channel.wait = null;
		if (channel.changed.size === 0) return;
		channel.toldAt = this.#parts.now();
		const changed = [...channel.changed].map(([number, value]) => value ?? { ...gone(number), peer: undefined });
		channel.changed.clear();
		const frame = frameOf(channel, changed);
		for (const peer of channel.peers) {
			if (peer.mayHear(channel.app)) peer.send(frame);
			else {
				const numbers = channel.missed.get(peer) ?? new Set();
				channel.missed.set(peer, numbers);
				for (const { number } of changed) numbers.add(number);
			}
		}
		// What others said came from them.
		this.#relay(
			channel,
			changed.filter(({ peer }) => peer !== null),
		);
	}

	#tellAll(channel: Channel, peer: Peer): void {
		if (channel.values.size > 0) peer.send(frameOf(channel, [...channel.values.values()]));
	}

	#relay({ space, app, channel }: Channel, entries: readonly PresenceEntry[]): void {
		if (entries.length > 0) this.#parts.relay.say({ type: 'presence', space, app, channel, entries: entries.map(entryOf) });
	}
}

/** Who said something here. */
function ownOf({ values }: Channel): Value[] {
	return [...values.values()].filter(({ peer }) => peer !== null);
}

function gone(number: number): PresenceEntry {
	return { number, person: '', value: null };
}

function entryOf({ number, person, value }: PresenceEntry): PresenceEntry {
	return { number, person, value };
}

function frameOf({ space, app, channel }: Channel, entries: readonly PresenceEntry[]): Uint8Array<ArrayBuffer> {
	return encodeFrame({ type: 'presence', space, app, channel, entries: entries.map(entryOf) }) as Uint8Array<ArrayBuffer>;
}

function keyOf(space: SpaceId, app: number, channel: string): string {
	return `${space} ${app} ${channel}`;
}
