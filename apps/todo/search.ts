import { fold } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import type { Search } from '@mana/ui/shell/manifest';
import { taskFinder } from './lists.ts';
import { tasks } from './model.ts';

/** One for each store: who types on looks for more letters in the same tasks. */
const finders = new WeakMap<Mana, ReturnType<typeof taskFinder>>();

/** Finds tasks for the palette: titles that begin with the words first, then titles, then notes; open before done. */
export const search: Search = (mana, words, limit) => {
	const wanted = fold(words).trim();
	const finder = finders.get(mana) ?? taskFinder();
	finders.set(mana, finder);
	return finder
		.find(mana.query(tasks).rows, words)
		.map((task) => {
			const title = fold(task.title);
			const fit = title.startsWith(wanted) ? 1 : title.includes(wanted) ? 0.8 : 0.5;
			return {
				id: task.id,
				title: task.title,
				href: `/todo/search?q=${encodeURIComponent(words)}&task=${task.id}`,
				end: { collection: tasks.number, record: task.id },
				score: task.completedAt === null ? fit : fit / 2,
			};
		})
		.toSorted((a, b) => b.score - a.score)
		.slice(0, limit);
};
