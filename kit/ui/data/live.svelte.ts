import type { Collection, Row } from '@mana/model';
import type { LiveQuery, Mana } from '@mana/sync/client/api';
import { createSubscriber } from 'svelte/reactivity';

/**
 * Rows of a live query as a rune: read `rows` in markup or `$derived` and it stays current, also when what the question depends on
 * changes.
 *
 * @example
 * const mana = useMana();
 * const open = live(() => mana.query(tasks, { where: (task) => task.project === project.id }));
 * // {#each open.rows as task (task.id)} … {/each}
 */
export function live<R>(question: () => LiveQuery<R>): { readonly rows: readonly R[] } {
	const current = $derived.by(() => {
		const query = question();
		return { query, track: createSubscriber((update) => query.subscribe(update)) };
	});
	return {
		get rows() {
			current.track();
			return current.query.rows;
		},
	};
}

/**
 * One record as a rune; `undefined` while nothing is known of it, or it is in the trash.
 *
 * @example
 * const open = liveOne(mana, tasks, () => page.url.searchParams.get('task'));
 * // {#if open.row} … {/if}
 */
export function liveOne<C extends Collection>(mana: Mana, collection: C, id: () => string | null): { readonly row: Row<C> | undefined } {
	const found = live(() => mana.query(collection, { by: { id: id() } }));
	return {
		get row() {
			return found.rows[0];
		},
	};
}
