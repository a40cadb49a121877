import type { RecordId } from '@mana/model';
import { isOrderKey } from '@mana/model/order';
import type { Task } from '../model.ts';

/** The place of a task in its column of a board that is kept; `null`: nobody gave it one. */
export function rankOf({ ranks }: Pick<Task, 'ranks'>, view: RecordId): string | null {
	const rank = ranks.get(view);
	return isOrderKey(rank) ? rank : null;
}

/** A column in the order that was made by hand; what nobody moved comes behind, in the order in which it is given. */
export function ranked(sorted: readonly Task[], view: RecordId): Task[] {
	const moved = sorted.flatMap((task) => {
		const rank = rankOf(task, view);
		return rank === null ? [] : [{ task, rank }];
	});
	const inOrder = moved.toSorted((a, b) => compare(a.rank, b.rank) || compare(a.task.id, b.task.id)).map(({ task }) => task);
	return [...inOrder, ...sorted.filter((task) => rankOf(task, view) === null)];
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
