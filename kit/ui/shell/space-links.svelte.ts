import { goto } from '$app/navigation';
import { page } from '$app/state';
import type { Mana } from '@mana/sync/client/api';
import { OWN_SPACE, SPACE_LINK } from '@mana/sync/space-links';
import { spaceOf } from '@mana/sync/spaces';
import { untrack } from 'svelte';
import type { SpaceChoice } from '../data/spaces.svelte.ts';

/**
 * Goes to the space that a link names (`linkInto`), and takes its name out of the address, where it would hold one there. Who is not in it (any more) stays
 * where they are. Call it while a component is made.
 *
 * @param home one's own store; `null` while it opens
 */
export function followSpaceLinks(choice: SpaceChoice, home: () => Mana | null): void {
	$effect(() => {
		const wanted = page.url.searchParams.get(SPACE_LINK);
		const own = home();
		if (wanted === null || own === null) return;
		if (wanted === OWN_SPACE) {
			untrack(() => void enter(choice, null));
			return;
		}
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
