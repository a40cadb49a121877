import type { DeviceId } from '../cell.ts';
import type { Remote, ClientParts } from './client-parts.ts';
import { FirstDownload } from './first-download.ts';
import type { Keeper } from './keeper.ts';
import { type Keeping, NOTHING_KEPT } from './kept.ts';
import type * as large from './large/index.ts';
import type { Pace } from './large/pace.ts';
import type { LocalMana } from './local.ts';
import type { Outbox } from './outbox.ts';
import type { Here } from './position.ts';
import type { Replica } from './replica.ts';
import type { Session } from './conversation/session.ts';
import type { Loaded, Origin } from './store.ts';
import type { Tabs } from './tabs.ts';

/** The actor of what a guest wrote: it has no server that gives it one, and is a device all the same. */
const GUEST = 1;

/** What the parts of one tab's client share: where the tab stands, and what it holds on to. */
export class TabState {
	readonly parts: ClientParts;
	readonly mana: LocalMana;
	readonly keeper: Keeper;
	readonly tabs: Tabs;
	readonly download = new FirstDownload();
	/** `null` for a guest. */
	session: Session | null = null;
	device: DeviceId;
	/** Whether this profile always was this device. */
	isFirst = true;
	space: Here;
	keeping: Keeping = NOTHING_KEPT;
	/** Records that name a file which this device has yet to send, as texts. */
	unsentFiles: ReadonlySet<string> = new Set();
	/** When something was last put into the journal. */
	changedAt = 0;
	/** Nothing is written any more. */
	closing = false;
	/** Nothing is heard any more. */
	closed = false;
	/** The space was taken from this person. */
	revoked = false;

	constructor(
		parts: ClientParts,
		{ device, space }: Pick<Loaded, 'device' | 'space'>,
		{ mana, keeper, tabs }: Pick<TabState, 'mana' | 'keeper' | 'tabs'>,
	) {
		this.parts = parts;
		this.mana = mana;
		this.keeper = keeper;
		this.tabs = tabs;
		this.device = device.device;
		this.isFirst = device.device === device.life;
		this.space = { ...space, id: parts.remote?.space ?? space.id };
	}

	/** What does so much that it takes slices; `null` where it is little, nobody syncs, or that part of the page could not be loaded. */
	async large(size: number): Promise<(typeof large & { readonly pace: Pace }) | null> {
		const conversation = this.remote?.conversation;
		if (!conversation || size < conversation.least) return null;
		const loaded = await conversation.large().catch(() => null);
		return loaded && { ...loaded, pace: loaded.slices(() => this.parts.env.elapsed(), loaded.rest) };
	}

	get remote(): Remote | null {
		return this.parts.remote;
	}

	get replica(): Replica {
		return this.mana.replica;
	}

	get outbox(): Outbox {
		return this.mana.stored;
	}

	get leads(): boolean {
		return this.keeper.generation !== null;
	}

	/** What is written from now on is this actor's. */
	speakAs(actor: number): void {
		this.replica.actor = this.remote ? actor : GUEST;
	}

	/** What the quarantine says of things that were written here. */
	get origin(): Origin {
		const { remote, env, spaceName } = this.parts;
		return { space: remote?.space ?? this.space.id, name: spaceName?.() ?? '', at: Math.round(env.now()) };
	}
}
