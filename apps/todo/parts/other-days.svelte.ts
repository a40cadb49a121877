import type { Mana } from '@mana/sync/client/api';
import { DatedViews, type ShownEntry } from '@mana/ui/data/dated.svelte';
import { live } from '@mana/ui/data/live.svelte';
import { together } from '@mana/ui/data/mapped';
import { useHouse } from '@mana/ui/shell/house.svelte';
import { overlay } from './overlay.svelte.ts';

/** What the other apps have on the days of a list, as far as one wants to see it. Call it while a component is made. */
export function otherDays(mana: Mana, reach: () => { readonly first: string; readonly last: string }) {
	const views = new DatedViews(useHouse().apps, 'todo');
	$effect(() => {
		if (overlay.shown) views.load();
	});
	const found = live(() => (overlay.shown ? views.between(mana, reach().first, reach().last) : together<ShownEntry>([])));
	const byDay = $derived(Map.groupBy(found.rows, ({ entry }) => entry.day));
	return {
		/** Whether there is any app that could have something. */
		possible: views.all.length > 0,
		on: (day: string): readonly ShownEntry[] => byDay.get(day) ?? [],
	};
}
