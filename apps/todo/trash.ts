import { type AppTrash, trashKind } from '@mana/shared/trash';
import { m } from '@mana/ui/i18n';
import type { GoesAlong } from './actions.ts';
import { comments, projects, tasks, templateItems, templates, views } from './model.ts';
import { titleOf } from './words.ts';

/** What of this app is shown in the trash. @param along what other apps keep for tasks, which comes back with them */
export const trashOf = (along: Pick<GoesAlong, 'putBack'>): AppTrash => ({
	kinds: [
		trashKind(tasks, m.todo_task, {
			title: titleOf,
			with: ({ project }) => [project],
			// Of a project that is still away it would be in no list.
			back(id, tx, thrownAt) {
				along.putBack(tx, id, thrownAt);
				const project = tx.get(tasks, id)?.project ?? null;
				if (project !== null && tx.get(projects, project)?.deletedAt !== null) tx.update(tasks, id, { project: null });
			},
		}),
		trashKind(projects, m.todo_project, { title: ({ name }) => name || m.todo_unnamed(), with: ({ parent }) => [parent] }),
		trashKind(views, m.todo_view, { title: ({ name }) => name || m.todo_unnamed() }),
		trashKind(templates, m.todo_template, { title: ({ name }) => name || m.todo_unnamed() }),
		// They come back with their template; alone, nobody looks for them here.
		trashKind(templateItems, m.todo_template, { title: () => null }),
	],
	collections: [tasks, comments, templateItems],
});

/** The same, where nothing is kept for tasks. */
export const trash = trashOf({ putBack: () => undefined });
