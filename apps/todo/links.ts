import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';

/**
 * Where messages say that a task is.
 *
 * @param space the shared space that it is in, to which the page goes first (`kit/ui/shell/space-links.svelte.ts`); `null`: the reader's own
 */
export function linkTo(task: RecordId, space: SpaceId | null): string {
	return space === null ? `/todo?task=${task}` : `/todo?in=${space}&task=${task}`;
}
