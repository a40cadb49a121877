import type { RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import { links } from '@mana/shared/model';
import { addDays, type Day, dayAt } from '@mana/time';
import { live } from '@mana/ui/data/live.svelte';
import { together } from '@mana/ui/data/mapped';
import { today } from '@mana/ui/data/today.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import { type Keep, type KeepsTime, type Span, USUAL_MINUTES, type While } from '@mana/ui/shell/kept-time';
import type { AppManifest } from '@mana/ui/shell/manifest';
import type { GoesAlong } from './actions.ts';
import { type Task, tasks } from './model.ts';
import { titleOf } from './words.ts';

/** So many days are looked at for a free time, and so many of one day are offered. */
const [DAYS, MOST_A_DAY, MOST] = [7, 3, 7];

/** A task and the time that is meant for it. */
export interface Planned {
	readonly task: Task;
	readonly span: Span;
}

/** When tasks are planned to be done: time that another app keeps for them. */
export class KeptTimes implements GoesAlong {
	/** Whether there is an app that keeps time. */
	readonly possible: boolean;
	readonly #mana: Mana;
	readonly #home: () => Mana | null;
	readonly #person: () => string | null;
	readonly #load: AppManifest['keepsTime'];
	readonly #plans;
	readonly #whiles;
	#keeper = $state.raw<KeepsTime | null>(null);
	#fetching: Promise<KeepsTime> | null = null;

	/** Call it while a component is made. @param home the person's own space; `null` while it opens @param person their id */
	constructor(mana: Mana, apps: readonly AppManifest[], home: () => Mana | null, person: () => string | null) {
		this.#mana = mana;
		this.#home = home;
		this.#person = person;
		this.#load = apps.find(({ keepsTime }) => keepsTime !== undefined)?.keepsTime;
		this.possible = this.#load !== undefined;
		this.#plans = live(() =>
			mana.query(links, {
				where: ({ kind, fromCollection, deletedAt }) => kind === 'plans' && fromCollection === tasks.number && deletedAt === null,
			}),
		);
		this.#whiles = live(() => this.#keeper?.whiles(mana, preferences.timeZone) ?? together<While>([]));
		$effect(() => {
			if (this.possible && this.#plans.rows.length > 0)
				this.fetch().catch((error: unknown) => console.warn('What keeps time is fetched later:', error));
		});
	}

	/** Fetches what keeps time, if it is not here yet. */
	fetch(): Promise<KeepsTime> {
		if (!this.#load) return Promise.reject(new Error('No app of this house keeps time.'));
		return (this.#fetching ??= this.#load().then(
			({ keepsTime }) => (this.#keeper = keepsTime),
			(error: unknown) => {
				this.#fetching = null; // the next one tries again
				throw error;
			},
		));
	}

	/** Whether time is kept for tasks and what keeps it is still on its way. */
	get awaited(): boolean {
		return this.possible && this.#keeper === null && this.#plans.rows.length > 0;
	}

	readonly #byTask: ReadonlyMap<RecordId, readonly While[]> = $derived.by(() =>
		Map.groupBy(this.#whiles.rows, ({ record }) => record),
	);

	/** Time that is kept for a task, earliest first. */
	of(task: RecordId): readonly While[] {
		return this.#byTask.get(task) ?? [];
	}

	/** The time that comes next, or goes on. */
	next(task: RecordId): While | null {
		void today.day;
		return this.of(task).find(({ to }) => to > Date.now()) ?? null;
	}

	/** Free times for a task, the soonest first, a few of each day. */
	async suggest(task: Task): Promise<readonly Span[]> {
		const first = task.startDay !== null && task.startDay > today.day ? task.startDay : today.day;
		const found = await this.#free(task, first, addDays(first, DAYS - 1));
		const days = Map.groupBy(found, ({ from }) => dayAt(from, preferences.timeZone));
		return [...days.values()].flatMap((spans) => spans.slice(0, MOST_A_DAY)).slice(0, MOST);
	}

	/** The first free time of a day for each of these tasks, one after another, as far as they fit. */
	async fit(wanted: readonly Task[], day: Day): Promise<readonly Planned[]> {
		const made: Planned[] = [];
		for (const task of wanted) {
			const [span] = await this.#free(task, day, day, made.map((one) => one.span)); // prettier-ignore
			if (span) made.push({ task, span });
		}
		return made;
	}

	async keep(label: string, wanted: readonly Planned[]): Promise<Written> {
		const keeper = await this.fetch();
		const all = wanted.map(({ task, span }): Keep => ({
			end: { collection: tasks.number, record: task.id },
			title: titleOf(task),
			...span,
		}));
		const places = { mana: this.#mana, home: this.#home(), person: this.#person() };
		return keeper.keep(label, places, all, preferences.timeZone);
	}

	async drop(label: string, id: RecordId): Promise<Written> {
		return (await this.fetch()).drop(label, this.#mana, id);
	}

	thrownAway: GoesAlong['thrownAway'] = (tx, ids, now) => this.#keeper?.dropAlong(tx, this.#mana, ids, now);

	/** Where what keeps time is still on its way, the time comes back when it is here. */
	putBack: GoesAlong['putBack'] = (tx, id, thrownAt) => {
		const mana = this.#mana;
		if (this.#keeper) this.#keeper.backAlong(tx, mana, id, thrownAt);
		else if (this.awaited)
			this.fetch()
				.then((keeper) => mana.note('', (later) => keeper.backAlong(later, mana, id, thrownAt)))
				.catch((error: unknown) => console.warn('What was planned stays in the trash of the calendar:', error));
	};

	renamed: GoesAlong['renamed'] = (tx, id, names, now) => this.#keeper?.renameAlong(tx, this.#mana, id, names, now);

	async #free(task: Task, first: Day, last: Day, taken: readonly Span[] = []): Promise<readonly Span[]> {
		const places = { mana: this.#mana, home: this.#home() };
		const wanted = { minutes: task.estimate ?? USUAL_MINUTES, first, last, now: Date.now(), zone: preferences.timeZone, taken };
		return (await this.fetch()).free({ ...places, ...wanted });
	}
}
