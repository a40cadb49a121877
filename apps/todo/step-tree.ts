import type { RecordId } from '@mana/model';
import type { Task } from './model.ts';

type Step = Pick<Task, 'id' | 'parent'>;

/**
 * All that stands under a task, each behind what it stands under. Each once: two moves that were made apart may have closed a circle.
 *
 * @param stepsOf what stands right under a task, in its order
 * @param goes whether a step is meant, and with it what stands under it
 */
export function stepsUnder<S extends Step>(
	id: RecordId,
	stepsOf: (id: RecordId) => readonly S[],
	goes: (step: S) => boolean = () => true,
): S[] {
	const seen = new Set<RecordId>([id]);
	const visit = (of: RecordId): S[] =>
		stepsOf(of).flatMap((step) => {
			if (seen.has(step.id) || !goes(step)) return [];
			seen.add(step.id);
			return [step, ...visit(step.id)];
		});
	return visit(id);
}

/** The same where steps have to be asked for. */
export async function stepsUnderStored<S extends Step>(
	id: RecordId,
	stepsOf: (id: RecordId) => Promise<readonly S[]>,
	goes: (step: S) => boolean = () => true,
): Promise<S[]> {
	const known = new Map<RecordId, readonly S[]>();
	const waiting = [id];
	for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
		if (known.has(at)) continue;
		known.set(at, await stepsOf(at));
		waiting.push(...known.get(at)!.map((step) => step.id));
	}
	return stepsUnder(id, (of) => known.get(of) ?? [], goes);
}

/** How many steps stand under each task, at any depth, and how many of them are done. */
export function progressOf(
	steps: readonly Pick<Task, 'id' | 'parent' | 'completedAt'>[],
): Map<RecordId, { readonly done: number; readonly total: number }> {
	const parents = new Map(steps.map(({ id, parent }) => [id, parent]));
	const counts = new Map<RecordId, { done: number; total: number }>();
	for (const { id, completedAt } of steps) {
		const seen = new Set<RecordId>([id]);
		for (let at = parents.get(id) ?? null; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
			seen.add(at);
			const count = counts.get(at) ?? { done: 0, total: 0 };
			counts.set(at, { done: count.done + (completedAt === null ? 0 : 1), total: count.total + 1 });
		}
	}
	return counts;
}
