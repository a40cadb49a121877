import type { SpaceId } from '@mana/sync';
import type { LiveQuery, Mana } from '@mana/sync/client/api';
import { linkInto, OWN_SPACE } from '@mana/sync/space-links';
import { spaceOf } from '@mana/sync/spaces';
import { addDays, type Day, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import { hueOf } from '@mana/ui/components/hue-of';
import { combined, together } from '@mana/ui/data/mapped';
import type { SpaceChoice } from '@mana/ui/data/spaces.svelte';
import { m } from '@mana/ui/i18n';
import { toast } from '@mana/ui/shell/toasts.svelte';
import { calendarOf } from './actions.ts';
import { EventIndex } from './event-index.ts';
import { type CalendarSettings, defaultCalendarId, type Event, events } from './model.ts';
import { occurrencesIn } from './occurrences.ts';
import type { Shown } from './shown.ts';
import { titleOf } from './words.ts';

/** Another space, as the sidebar lists it. */
export interface OtherSpace {
	/** Id of the space; `own` (`OWN_SPACE`) of one's own. */
	readonly id: string;
	readonly name: string;
	readonly hue: number;
	/** Whether its events stand among those of the space that one works in. */
	readonly shown: boolean;
}

/** Hue of one's own events while one works in a space that is shared: that of the app. */
const OWN_HUE = 25;

/** What takes place in the other spaces that somebody is in, beside that of the one that they work in. To be changed it is opened in its space. */
export class SpaceOverlay {
	readonly #choice: SpaceChoice;
	readonly #home: () => Mana | null;
	readonly #settings: () => Pick<CalendarSettings, 'spaces' | 'hidden'>;
	#opened = $state.raw<ReadonlyMap<string, Mana>>(new Map());
	readonly #opening = new Set<string>();
	readonly #indexes = new WeakMap<readonly Event[], EventIndex>();

	/** Call it while a component is made. @param settings how the person looks at calendars */
	constructor(choice: SpaceChoice, home: () => Mana | null, settings: () => Pick<CalendarSettings, 'spaces' | 'hidden'>) {
		this.#choice = choice;
		this.#home = home;
		this.#settings = settings;
		$effect(() => {
			for (const { id, shown } of this.all) if (shown && id !== OWN_SPACE) void this.#open(id);
		});
	}

	readonly all: readonly OtherSpace[] = $derived.by(() => {
		const { chosen, mine } = this.#choice;
		const { spaces } = this.#settings();
		const others = mine
			.filter((space) => spaceOf(space) !== chosen)
			.map(({ id, name, hue }) => ({ id: id as string, name, hue: hue ?? hueOf(name), shown: spaces.has(id) }));
		if (chosen === null) return others;
		return [{ id: OWN_SPACE, name: m.space_own(), hue: OWN_HUE, shown: spaces.has(OWN_SPACE) }, ...others];
	});

	/** What takes place there on these days, kept current: for `live`. */
	between(first: Day, last: Day, zone: string): LiveQuery<Shown> {
		const [from, to] = [instantOf(zone, toUtc(first)), instantOf(zone, toUtc(addDays(last, 1)))];
		return together(
			this.all.flatMap((space) => {
				const mana = !space.shown ? null : space.id === OWN_SPACE ? this.#home() : (this.#opened.get(space.id) ?? null);
				if (mana === null) return [];
				const rows = mana.query(events, { where: () => true });
				return [combined([rows], () => this.#shown(space, rows.rows, from, to, zone))];
			}),
		);
	}

	/** The name of the space from which something is, by its `Shown.key`. */
	nameOf(key: string): string | undefined {
		return this.all.find(({ id }) => key.startsWith(`${id} `))?.name;
	}

	#shown({ id, hue }: OtherSpace, rows: readonly Event[], from: number, to: number, zone: string): Shown[] {
		const index = this.#indexes.get(rows) ?? new EventIndex(rows);
		this.#indexes.set(rows, index);
		const { hidden } = this.#settings();
		return occurrencesIn(index, from, to, zone)
			.filter(({ event }) => event.status !== 'cancelled')
			.filter(({ event }) => calendarOf(event) === defaultCalendarId || !hidden.has(calendarOf(event)))
			.map(({ key, event, ...span }): Shown => {
				const href = linkInto(id === OWN_SPACE ? null : (id as SpaceId), `/calendar?event=${encodeURIComponent(key)}`);
				return { ...span, key: `${id} ${key}`, title: titleOf(event), hue, occurrence: null, href, done: false };
			});
	}

	async #open(id: string): Promise<void> {
		const { spaces } = this.#choice;
		if (spaces === null || this.#opened.has(id) || this.#opening.has(id)) return;
		this.#opening.add(id);
		try {
			this.#opened = new Map([...this.#opened, [id, await spaces.open(id as SpaceId)]]);
		} catch (problem) {
			toast({ text: m.store_failed(), detail: problem instanceof Error ? problem.message : String(problem), tone: 'danger' });
		} finally {
			this.#opening.delete(id);
		}
	}
}
