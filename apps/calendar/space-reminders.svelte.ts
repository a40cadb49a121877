import { appOf } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { spaceOf, type SpaceRecord } from '@mana/sync/spaces';
import { live } from '@mana/ui/data/live.svelte';
import { settle } from '@mana/ui/data/mana.svelte';
import type { SpaceChoice } from '@mana/ui/data/spaces.svelte';
import { together } from '@mana/ui/data/mapped';
import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import type { CalendarActions } from './actions.ts';
import { events, reminding, type Reminding } from './model.ts';

/** A shared space, and of which of its events the person is reminded. */
export interface RemindedSpace {
	readonly id: string;
	readonly name: string;
	readonly of: Reminding['of'];
}

/** What can be chosen, in words. */
export function remindingNames(): readonly { readonly value: Reminding['of']; readonly name: string }[] {
	return [
		{ value: 'concerning', name: m.calendar_remind_concerning() },
		{ value: 'all', name: m.calendar_remind_all() },
		{ value: 'none', name: m.calendar_remind_none() },
	];
}

/** Of which events of the shared spaces that somebody is in they are reminded: kept for them, in their own space. */
export class SpaceReminders {
	readonly #choice: SpaceChoice;
	readonly #home: () => Mana | null;
	readonly #actions: Pick<CalendarActions, 'remind'>;
	readonly #chosen;

	/** Call it while a component is made. @param home the person's own space; `null` while it opens */
	constructor(choice: SpaceChoice, home: () => Mana | null, actions: Pick<CalendarActions, 'remind'>) {
		this.#choice = choice;
		this.#home = home;
		this.#actions = actions;
		this.#chosen = live(() => home()?.query(reminding) ?? together<Reminding>([]));
	}

	readonly all: readonly RemindedSpace[] = $derived.by(() => {
		const chosen = new Map(this.#chosen.rows.map((one) => [one.space, one.of]));
		return this.#choice.mine
			.filter((space) => this.#mayRead(space))
			.map(({ id, name }) => ({ id, name, of: chosen.get(id) ?? 'concerning' }));
	});

	/** That of the space that one works in; `null` for one's own, in which there is nothing to choose. */
	get here(): RemindedSpace | null {
		return this.#choice.chosen === null ? null : this.in(this.#choice.chosen);
	}

	in(id: string): RemindedSpace | null {
		return this.all.find((space) => space.id === id) ?? null;
	}

	/** What there is to choose for a space, for a menu. */
	choicesFor({ id, of }: RemindedSpace): MenuItem[] {
		return remindingNames().map(({ value, name }) => ({ name, checked: value === of, run: () => this.choose(id, value) }));
	}

	choose(space: string, of: Reminding['of']): void {
		const home = this.#home();
		// While one's own space opens there is nowhere to keep it.
		if (home === null) return;
		settle(this.#actions.remind(m.calendar_done_settings(), home, space, of));
	}

	#mayRead(space: SpaceRecord): boolean {
		const id = spaceOf(space);
		return this.#choice.spaces?.can(id, 'read', appOf(events.number)) === true;
	}
}
