import { goto } from '$app/navigation';
import { page } from '$app/state';
import type { Mana } from '@mana/sync/client/api';
import { spaceOf } from '@mana/sync/spaces';
import { untrack } from 'svelte';
import type { SpaceChoice } from '../data/spaces.svelte.ts';

/** What names in a link the space that it leads to: `/todo?in=SPACE&task=TASK`. Messages of services say it; in one's own space it is left out. */
export const SPACE_LINK = 'in';

/**
 * Goes to the space that a link names, and takes its name out of the address, where it would hold one there. Who is not in it (any more) stays
 * where they are. Call it while a component is made.
 *
 * @param home one's own store; `null` while it opens
 */
export function followSpaceLinks(choice: SpaceChoice, home: () => Mana | null): void {
	$effect(() => {
		const wanted = page.url.searchParams.get(SPACE_LINK);
		const own = home();
		if (wanted === null || own === null) return;
		const found = choice.mine.find(({ id }) => id === wanted);
		// On a device that is new to somebody their spaces are still on their way.
		if (!found && own.sync.firstSync !== null) return;
		untrack(() => void enter(choice, found ? spaceOf(found) : choice.chosen));
	});
}

async function enter(choice: SpaceChoice, space: SpaceChoice['chosen']): Promise<void> {
	if (choice.chosen !== space) await choice.choose(space);
	const to = new URL(page.url.href);
	to.searchParams.delete(SPACE_LINK);
	await goto(to, { reset: false, replace: true });
}
