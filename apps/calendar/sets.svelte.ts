import type { Draft } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { live } from '@mana/ui/data/live.svelte';
import { act } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import { type CalendarSet, sets, type settings } from './model.ts';
import { hiddenBy, isShown } from './sets.ts';

/** Whoever looks: all that can be shown, what is not, and how that is changed. */
export interface Looking {
	readonly calendars: readonly { readonly id: string }[];
	readonly views: readonly { readonly id: string }[];
	readonly settings: { readonly hidden: ReadonlySet<string> };
	choose(draft: Draft<typeof settings>): void;
}

/** What somebody keeps to be looked at together, in their own space. */
export class CalendarSets {
	readonly #home: () => Mana;
	readonly #looking: Looking;
	readonly #all;

	constructor(home: () => Mana, looking: Looking) {
		this.#home = home;
		this.#looking = looking;
		this.#all = live(() => home().query(sets, { order: (a, b) => a.name.localeCompare(b.name) }));
	}

	get all(): readonly CalendarSet[] {
		return this.#all.rows;
	}

	/** Whether everything is shown. */
	get showsAll(): boolean {
		return this.#listed.every((id) => !this.#hidden.has(id));
	}

	showAll(): void {
		this.#looking.choose({ hidden: { remove: this.#listed } });
	}

	shows({ shown }: CalendarSet): boolean {
		return isShown(shown, this.#listed, this.#hidden);
	}

	show({ shown }: CalendarSet): void {
		this.#looking.choose({ hidden: hiddenBy(shown, this.#listed, this.#hidden) });
	}

	/** Keeps what is shown now under a name; one of that name shows this from now on. */
	keep(name: string): void {
		const shown = this.#listed.filter((id) => !this.#hidden.has(id));
		const before = this.all.find((one) => one.name === name);
		act(this.#home(), m.calendar_done_set(), (tx) => {
			if (!before) tx.create(sets, { name, shown });
			else {
				const remove = [...before.shown].filter((id) => !shown.includes(id));
				tx.update(sets, before.id, { shown: { add: shown, remove } });
			}
		});
	}

	remove({ id }: CalendarSet): void {
		act(this.#home(), m.calendar_done_set_removed(), (tx) => tx.trash(sets, id), m.calendar_done_set_removed());
	}

	get #hidden(): ReadonlySet<string> {
		return this.#looking.settings.hidden;
	}

	/** Ids of all that can be shown here. */
	get #listed(): readonly string[] {
		return [...this.#looking.calendars, ...this.#looking.views].map(({ id }) => id);
	}
}
