import type { Presence as PresenceFrame } from '../../frames.ts';
import type * as presences from './presence.ts';
import type { Session } from './session.ts';
import type { TabState } from '../tab-state.ts';

/** Who is where, as one tab hears and tells it. What knows that is loaded when somebody wants to know. */
export class Company implements presences.PresenceHost {
	readonly #state: TabState;
	readonly #session: Pick<Session, 'say'>;
	readonly #load: () => Promise<typeof presences>;
	#presence: presences.Presence | null = null;

	constructor(state: TabState, session: Pick<Session, 'say'>, load: () => Promise<typeof presences>) {
		this.#state = state;
		this.#session = session;
		this.#load = load;
	}

	async join(place: presences.PresencePlace): Promise<presences.Meeting> {
		return (await this.#meet()).join(place);
	}

	/** The server told; also where only another tab of this device listens. */
	heard(frame: PresenceFrame): void {
		void this.#meet().then((presence) => presence.heard(frame));
	}

	/** Another tab told. */
	told(message: presences.PresenceMessage): void {
		if (this.#presence || this.leads) void this.#meet().then((presence) => presence.told(message));
	}

	/** A connection begins: who is there is told anew. */
	anew(): void {
		this.#presence?.anew();
	}

	close(): void {
		this.#presence?.close();
	}

	get space(): presences.PresenceHost['space'] {
		return this.#state.space;
	}

	get leads(): boolean {
		return this.#state.leads;
	}

	get live(): boolean {
		return this.#state.mana.sync.phase === 'live';
	}

	say(frame: PresenceFrame): void {
		this.#session.say(frame);
	}

	post(message: presences.PresenceMessage): void {
		this.#state.tabs.post({ kind: 'presence', message });
	}

	async #meet(): Promise<presences.Presence> {
		const { Presence } = await this.#load();
		this.#presence ??= new Presence(this.#state.parts.env, this, this.#state.mana.keyName);
		return this.#presence;
	}
}
