import type { Presence as Frame } from '../../frames.ts';
import type { SpaceId } from '../../cell.ts';
import type { Environment } from '../environment.ts';

/** A place within a space where people may meet. Who may not read the app hears nothing of it; 0: the space as such. */
export interface PresencePlace {
	readonly app: number;
	/** At most 128 bytes of UTF-8. */
	readonly channel: string;
}

/** Another device that is there right now. */
export interface Other {
	/** Number of the device in the space. */
	readonly number: number;
	/** The id of its person. */
	readonly person: string;
	/** What it said last: at most 1 KiB. */
	readonly value: string;
}

/** Being somewhere, until one leaves. */
export interface Meeting {
	/** Says where exactly one is, or what one does. Tabs of a device share one value: the last one that was said. */
	set(value: string): void;
	/** The other devices, as far as is known; a new array whenever that changed. Empty while there is no connection. */
	readonly others: readonly Other[];
	subscribe(listener: () => void): () => void;
	leave(): void;
}

/** What stands between this tab and the server. */
export interface PresenceHost {
	readonly space: { readonly id: SpaceId | null; readonly actor: number };
	/** Whether this tab talks to the server, and whether whoever does is live. */
	readonly leads: boolean;
	readonly live: boolean;
	/** Only in the tab that leads. */
	say(frame: Frame): void;
	/** Tells the other tabs. */
	post(message: PresenceMessage): void;
}

/** What tabs tell each other. */
export type PresenceMessage =
	/** A tab says where it is; `null`: nowhere any more. */
	{ readonly said: PresencePlace & { readonly tab: string; readonly value: string | null } } | { readonly heard: Frame };

/** A value is said again after this long, so that the server keeps it; a tab's that is not said again is forgotten after three times that. */
const AGAIN_MS = 10_000;
/** Values of one channel go to the server at most this often. */
const TOGETHER_MS = 50;

interface Joined {
	readonly place: PresencePlace;
	/** What this tab says; `null`: nothing, it does not take part. */
	value: string | null;
	others: readonly Other[];
	readonly listeners: Set<() => void>;
	members: number;
}

interface Said {
	readonly place: PresencePlace;
	readonly tabs: Map<string, { readonly value: string; readonly at: number }>;
	told: string | null;
	toldAt: number;
}

/** Where this device is, and who else is there. One for each tab; the one that leads speaks for all of them. */
export class Presence {
	readonly #env: Environment;
	readonly #host: PresenceHost;
	readonly #tab: string;
	readonly #joined = new Map<string, Joined>();
	/** What the tabs of this device say, in the tab that leads. */
	readonly #said = new Map<string, Said>();
	#saidAt = -Infinity;
	#wasLive: boolean;
	readonly #stop: () => void;
	#waiting: (() => void) | null = null;

	/** @param tab a name that no other tab of the device has */
	constructor(env: Environment, host: PresenceHost, tab: string) {
		this.#env = env;
		this.#host = host;
		this.#tab = tab;
		this.#wasLive = host.live;
		this.#stop = env.every(1_000, () => this.tick());
	}

	join(place: PresencePlace): Meeting {
		const key = keyOf(place);
		const joined: Joined = this.#joined.get(key) ?? { place, value: null, others: [], listeners: new Set(), members: 0 };
		this.#joined.set(key, joined);
		joined.members++;
		let here = true;
		return {
			set: (value) => {
				if (!here || joined.value === value) return;
				joined.value = value;
				this.#say(joined);
			},
			get others() {
				return joined.others;
			},
			subscribe(listener) {
				const entry = () => listener();
				joined.listeners.add(entry);
				return () => joined.listeners.delete(entry);
			},
			leave: () => {
				if (!here) return;
				here = false;
				if (--joined.members > 0) return;
				joined.value = null;
				this.#say(joined);
				this.#joined.delete(key);
			},
		};
	}

	/** Time has passed. */
	tick(): void {
		const now = this.#env.elapsed();
		const { live } = this.#host;
		if (live !== this.#wasLive) {
			this.#wasLive = live;
			// Who was there before the connection was lost is not known to be there still.
			for (const joined of this.#joined.values()) this.#show(joined, []);
			for (const said of this.#said.values()) said.told = null;
			this.#saidAt = -Infinity;
		}
		if (now - this.#saidAt >= AGAIN_MS) {
			this.#saidAt = now;
			for (const joined of this.#joined.values()) if (joined.value !== null) this.#say(joined);
		}
		this.#tellChanged();
	}

	/** Another connection: the server knows nothing of what was said on the one before. */
	anew(): void {
		this.#wasLive = false;
	}

	/** Another tab tells something. */
	told(message: PresenceMessage): void {
		if ('heard' in message) this.#take(message.heard);
		else this.#note(message.said);
	}

	/** The server tells something. */
	heard(frame: Frame): void {
		this.#take(frame);
		this.#host.post({ heard: frame });
	}

	close(): void {
		for (const joined of this.#joined.values()) {
			joined.value = null;
			this.#say(joined);
		}
		this.#stop();
		this.#waiting?.();
		this.#tellChanged();
	}

	#say({ place, value }: Joined): void {
		const said = { ...place, tab: this.#tab, value };
		this.#note(said);
		this.#host.post({ said });
	}

	/** What a tab says, this one or another: what was said last goes to the server. */
	#note({ tab, value, app, channel }: Extract<PresenceMessage, { said: unknown }>['said']): void {
		const key = keyOf({ app, channel });
		const said: Said = this.#said.get(key) ?? { place: { app, channel }, tabs: new Map(), told: null, toldAt: -Infinity };
		this.#said.set(key, said);
		const before = said.tabs.get(tab);
		// Said again it stays where it was: only another value is the last one.
		if (before?.value === value) said.tabs.set(tab, { value, at: this.#env.elapsed() });
		else {
			said.tabs.delete(tab);
			if (value !== null) said.tabs.set(tab, { value, at: this.#env.elapsed() });
		}
		this.#tellChanged();
	}

	#tellChanged(): void {
		this.#waiting?.();
		this.#waiting = null;
		const { leads, live, space } = this.#host;
		const now = this.#env.elapsed();
		for (const [key, said] of this.#said) {
			for (const [tab, { at }] of said.tabs) if (now - at > 3 * AGAIN_MS) said.tabs.delete(tab);
			const value = [...said.tabs.values()].at(-1)?.value ?? null;
			if (!leads || !live || space.id === null) continue;
			const due = value !== said.told || (value !== null && now - said.toldAt >= AGAIN_MS);
			if (due && now - said.toldAt < TOGETHER_MS) this.#waiting ??= this.#env.every(TOGETHER_MS, () => this.#tellChanged());
			else if (due) {
				said.told = value;
				said.toldAt = now;
				this.#host.say({ type: 'presence', space: space.id, ...said.place, entries: [{ number: 0, person: '', value }] });
			}
			if (said.tabs.size === 0 && said.told === null) this.#said.delete(key);
		}
	}

	#take({ app, channel, entries }: Frame): void {
		const joined = this.#joined.get(keyOf({ app, channel }));
		if (!joined) return;
		const others = new Map(joined.others.map((other) => [other.number, other]));
		for (const entry of entries) {
			const { number, person, value } = entry;
			if (number === this.#host.space.actor || value === null) others.delete(number);
			else others.set(number, { number, person, value });
		}
		this.#show(joined, [...others.values()]);
	}

	#show(joined: Joined, others: readonly Other[]): void {
		if (others.length === 0 && joined.others.length === 0) return;
		joined.others = others;
		for (const listener of joined.listeners) listener();
	}
}

function keyOf({ app, channel }: PresencePlace): string {
	return `${app} ${channel}`;
}
