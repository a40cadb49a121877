import { appOf, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { links } from '@mana/shared/model';
import { live } from '@mana/ui/data/live.svelte';
import { settle } from '@mana/ui/data/mana.svelte';
import { mapped, together } from '@mana/ui/data/mapped';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import type { Span, Wanting, WantsTime } from '@mana/ui/shell/kept-time';
import type { AppManifest } from '@mana/ui/shell/manifest';
import { events } from '../model.ts';
import type { Occurrence } from '../occurrences.ts';
import { keepTime, type Ways } from './keep.ts';

/** Something of another app that wants time, and what knows it. */
export interface Wanted extends Wanting {
	readonly collection: number;
	/** Of its app. */
	readonly hue: number;
}

/** What other apps want time for: what has none yet, and what stands behind events that are time for it. */
export class Wantings {
	readonly #mana: Mana;
	readonly #apps: readonly AppManifest[];
	readonly #ways: () => Ways;
	readonly #plans;
	readonly #known;
	#loaded = $state.raw<ReadonlyMap<number, WantsTime>>(new Map());

	/** Call it while a component is made. @param ways how the person makes events */
	constructor(mana: Mana, apps: readonly AppManifest[], ways: () => Ways) {
		this.#mana = mana;
		this.#apps = apps.filter(({ wantsTime }) => wantsTime !== undefined);
		this.#ways = ways;
		this.#plans = live(() =>
			mana.query(links, {
				where: ({ kind, toCollection, deletedAt }) => kind === 'plans' && toCollection === events.number && deletedAt === null,
			}),
		);
		this.#known = live(() => {
			const ids = new Set<string>(this.#plans.rows.flatMap(({ from }) => from ?? []));
			return together(this.#each((app, wants) => mapped(wants.standing(mana, ids), (one) => wanted(app, wants, one))));
		});
		$effect(() => {
			const behind = new Set(this.#plans.rows.map(({ fromCollection }) => appOf(fromCollection)));
			this.#fetch(this.#apps.filter(({ number }) => behind.has(number)));
		});
	}

	/** Whether there is any app that wants time. */
	get possible(): boolean {
		return this.#apps.length > 0;
	}

	/** Fetches what knows what wants time, for a list of it. */
	open(): void {
		this.#fetch(this.#apps);
	}

	/** What has no time that is still to come, the soonest first, kept current: for `live`. */
	waiting() {
		return together(this.#each((app, wants) => mapped(wants.waiting(this.#mana, today.day), (one) => wanted(app, wants, one))));
	}

	readonly #byId: ReadonlyMap<string, Wanted> = $derived.by(() => new Map(this.#known.rows.map((one) => [one.id, one])));

	readonly #behind: ReadonlyMap<string, Wanted> = $derived.by(
		() =>
			new Map(
				this.#plans.rows.flatMap(({ from, to }) => {
					const one = from === null ? undefined : this.#byId.get(from);
					return one && to !== null ? [[to as string, one] as const] : [];
				}),
			),
	);

	/** What an event is time for. */
	behind({ event, series }: Pick<Occurrence, 'event' | 'series'>): Wanted | null {
		return this.#behind.size === 0 ? null : (this.#behind.get(series?.id ?? event.id) ?? null);
	}

	/** Events that are time for a record. */
	eventsOf(id: RecordId): RecordId[] {
		return this.#plans.rows.flatMap(({ from, to }) => (from === id && to !== null ? [to] : []));
	}

	/** Marks what an event is time for as done, or opens it again. */
	toggle({ collection, id }: Wanted): void {
		const wants = this.#loaded.get(appOf(collection));
		wants
			?.toggle(this.#mana, id, preferences.timeZone)
			.catch((error: unknown) => console.warn('It cannot be marked right now:', error));
	}

	/** Keeps time for it. */
	keep({ collection, id, title }: Wanted, span: Span): void {
		const said = m.calendar_task_planned({ title });
		const wanted = [{ end: { collection, record: id }, title, ...span }];
		settle(keepTime(this.#mana, said, wanted, preferences.timeZone, this.#ways()), said);
	}

	#each<T>(make: (app: AppManifest, wants: WantsTime) => T): T[] {
		return this.#apps.flatMap((app) => {
			const wants = this.#loaded.get(app.number);
			return wants ? [make(app, wants)] : [];
		});
	}

	#fetch(apps: readonly AppManifest[]): void {
		for (const { number, id, wantsTime } of apps)
			if (!this.#loaded.has(number))
				wantsTime!().then(
					(module) => (this.#loaded = new Map([...this.#loaded, [number, module.wantsTime]])),
					(error: unknown) => console.warn(`What wants time in ${id} cannot be shown right now:`, error),
				);
	}
}

function wanted({ hue }: AppManifest, { collection }: WantsTime, one: Wanting): Wanted {
	return { ...one, collection, hue };
}
