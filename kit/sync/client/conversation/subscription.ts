import type { SpaceId } from '../../cell.ts';
import type { Part, Sub } from '../../frames.ts';
import { type Access, covers } from '../../permission.ts';
import { EVERYTHING, type Lack, type Scope, widening } from '../../scope.ts';
import type { SessionHost } from './session-host.ts';
import type { RemotePatch } from '../store.ts';

/** What one connection asks the server for, and whether what is here is whole for what may be seen. */
export class Subscription {
	readonly #host: Pick<SessionHost, 'space' | 'wanted' | 'from' | 'isUnsure' | 'narrowed' | 'holdUnsent'>;
	/** The part that was asked for on this connection, when the state is of another one yet. */
	#rescope: { readonly scope: Scope | null } | null = null;
	/** That part needs the state from its start. */
	#fromStart = false;
	/** The state is on its way from its start, and takes the place of the one that is here: what does not come has left, or is no more. */
	restarted = false;
	/** The cursor that this connection began from. */
	from = 0;
	/** The part that this connection asks for, as a text. */
	part = 'null';
	/** This connection asks for a part. */
	parted = false;
	/** The server is too old for parts: it is asked for everything. */
	#plain = false;
	/** What may be read, as the server told on this connection; `undefined`: nothing told, so all. */
	#told: Access['apps'] | undefined;
	/** More may be read than we have, so the state is asked for from its start. */
	#lacking = false;

	constructor(host: Pick<SessionHost, 'space' | 'wanted' | 'from' | 'isUnsure' | 'narrowed' | 'holdUnsent'>) {
		this.#host = host;
	}

	get lacking(): boolean {
		return this.#lacking;
	}

	/** Whether what is here is of the part that was asked for. */
	get isSettled(): boolean {
		return !this.#lacking && this.#rescope === null;
	}

	/** Whether another part is wanted than this connection asks for: with time, or with what is unfinished. */
	get movedOn(): boolean {
		return this.part !== this.#target();
	}

	/** What to send. */
	ask(id: SpaceId): Sub {
		const { space, wanted, from } = this.#host;
		const scope = this.#plain ? null : wanted;
		this.part = this.#target();
		const change = scope === null && space.scope === null ? null : widening(space.scope, scope ?? EVERYTHING);
		this.#rescope = change && { scope };
		this.#fromStart = change !== null && (change.fromStart || this.#plain);
		this.#lacking ||= this.#fromStart;
		this.#told = undefined;
		this.parted = !this.#plain && (scope !== null || space.scope !== null);
		this.restarted = this.#lacking && space.seq > 0;
		// Of a part, what we wrote about is asked for by name, to see whether it is still there.
		if ((this.restarted || this.#host.isUnsure) && this.parted) this.#host.holdUnsent();
		if (this.movedOn) return this.ask(id);
		const seq = this.#lacking ? 0 : from;
		this.from = seq;
		const asked = scope ?? EVERYTHING;
		// Behind where it stands, what left since was once sent; only who lacks something is told of all that left.
		const lack = seq < space.seq ? withWidened(asked, change?.lack) : change && change.lack;
		const part: Part | null = this.parted ? { scope: asked, lack } : null;
		return { type: 'sub', space: id, epoch: space.epoch, seq, ...(part && { part }) };
	}

	/** The server does not know what a part is. */
	askForEverything(): void {
		this.#plain = true;
	}

	/** Which apps may be read, as the server says in front of SUBBED or behind it. */
	told(apps: Access['apps']): void {
		this.#told = apps;
	}

	/** Lets go of what may not be seen any more, and notes whether there is more to see than we have. @param before called before something goes */
	see(before: () => void): void {
		const apps = this.#told ?? null;
		const { reach } = this.#host.space;
		const kept = apps === null ? reach : reach === null ? apps : reach.filter((app) => apps.includes(app));
		if (kept !== null && !covers({ apps: kept }, { apps: reach })) {
			before();
			this.#host.narrowed(kept);
		}
		this.#lacking = this.#fromStart || !covers({ apps: this.#host.space.reach }, { apps });
	}

	/** What a checkpoint that came is whole of. The state is of the part that was asked for then, once `isWhole` is called. */
	whole(): Pick<RemotePatch, 'reach' | 'scope'> {
		const whole = {
			...(this.#lacking && { reach: this.#told ?? null }),
			...this.#rescope,
		};
		this.#rescope = null;
		this.#fromStart = false;
		return whole;
	}

	/** Nothing lacks any more. */
	isWhole(): void {
		this.#lacking = false;
	}

	/** The connection ended. */
	drop(): void {
		this.#rescope = null;
		this.#fromStart = this.parted = this.restarted = false;
		this.#told = undefined;
	}

	/** What should be asked for, as a text. */
	#target(): string {
		return JSON.stringify(this.#plain ? null : this.#host.wanted);
	}
}

/** All of a part, and what stood outside of the windows of a collection that comes whole from now on. */
function withWidened(asked: Scope, lack: Lack | undefined): Lack {
	const windows =
		lack?.windows.filter((window) => !asked.windows.some(({ collection }) => collection === window.collection)) ?? [];
	return windows.length === 0 ? asked : { windows: [...asked.windows, ...windows], records: asked.records };
}
