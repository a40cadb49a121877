import { isRecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { settle } from '@mana/ui/data/mana.svelte';
import { loadWords, m } from '@mana/ui/i18n';
import type { Finish } from '@mana/ui/shell/manifest';
import { type TaskActions, taskActions } from './actions.ts';
import { tasks } from './model.ts';
import { nextOf } from './repeat.ts';

/** Completes the task that a link leads to, as its box does. One that is done already stays so. */
export const finish: Finish = async (mana, href, timeZone) => {
	const id = new URLSearchParams(href.split('?')[1]).get('task') ?? '';
	const task = isRecordId(id) ? mana.get(tasks, id) : undefined;
	if (task?.deletedAt !== null) return false;
	if (task.completedAt !== null) return true;
	// On a page of another app they are not here yet, and undo needs a name.
	await loadWords(['todo']);
	const said = m.todo_done_completed({ count: 1 });
	settle(actionsIn(mana, timeZone).complete(said, [task.id]), said);
	return true;
};

/** What can be done with tasks from the pages of other apps. @param timeZone IANA name of the zone that days are counted in */
export function actionsIn(mana: Mana, timeZone: string): TaskActions {
	return taskActions(mana, Date.now, Math.random, (one, now) => nextOf(one, { now, zone: timeZone }));
}
