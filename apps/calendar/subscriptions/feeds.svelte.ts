import type { SpaceId } from '@mana/sync';
import type { Mana } from '@mana/sync/client/api';
import { AuthProblem } from '@mana/ui/session/auth';
import type { FeedState } from './feed-state.ts';
import { feedStates, readFeed } from './subscriptions-api.ts';

/** How often it is asked again while a feed was not looked at yet, and how often in all, in ms and times. */
const [AGAIN_MS, MOST_TIMES] = [2_000, 30];

/** How the feeds of a space stand, as calendar-server tells. Offline nothing is known, and what was read before is shown all the same. */
export class Feeds {
	/** By the id of a calendar. */
	states = $state.raw<ReadonlyMap<string, FeedState>>(new Map());
	/** Whether calendar-server could be asked; `null`: not yet. */
	reached = $state<boolean | null>(null);
	/** Those that are being read right now. */
	reading = $state.raw<ReadonlySet<string>>(new Set());
	readonly #space: () => Promise<SpaceId | null>;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** @param mana of the space @param chosen its id; `null`: one's own */
	constructor(mana: Mana, chosen: SpaceId | null) {
		this.#space = async () => chosen ?? (await mana.inspect()).space;
	}

	/** Asks how these stand, again and again until each was looked at. */
	async watch(calendars: readonly string[], times = MOST_TIMES): Promise<void> {
		clearTimeout(this.#timer);
		await this.#ask(async (space) => this.#keep(await feedStates(space)));
		if (times > 0 && calendars.some((id) => !this.states.has(id)))
			this.#timer = setTimeout(() => void this.watch(calendars, times - 1), AGAIN_MS);
	}

	/** Has one read now. */
	async read(calendar: string): Promise<void> {
		this.reading = new Set([...this.reading, calendar]);
		await this.#ask(async (space) => this.#keep([...this.states.values(), await readFeed(space, calendar)]));
		this.reading = new Set([...this.reading].filter((one) => one !== calendar));
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#keep(states: readonly FeedState[]): void {
		this.states = new Map(states.map((one) => [one.calendar, one]));
	}

	async #ask(question: (space: SpaceId) => Promise<void>): Promise<void> {
		try {
			const space = await this.#space();
			if (space) await question(space);
			this.reached = space !== null;
		} catch (error) {
			if (!(error instanceof AuthProblem)) throw error;
			this.reached = false;
		}
	}
}
