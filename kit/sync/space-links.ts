import type { SpaceId } from './cell.ts';

/** What names in a link the space that it leads to: `/todo?in=SPACE&task=TASK`. */
export const SPACE_LINK = 'in';
/** The word for the reader's own space there. */
export const OWN_SPACE = 'own';

/**
 * Where messages say that something is: the page goes to its space first, whichever one works in there (`kit/ui/shell/space-links.svelte.ts`).
 *
 * @param page with its question, as `/todo?task=TASK`
 * @param space `null`: the reader's own
 */
export function linkInto(space: SpaceId | null, page: string): string {
	const [path, question] = page.split('?', 2);
	return `${path}?${SPACE_LINK}=${space ?? OWN_SPACE}${question === undefined ? '' : `&${question}`}`;
}
