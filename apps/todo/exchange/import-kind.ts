import { newRecordId } from '@mana/model';
import { getTag, m } from '@mana/ui/i18n';
import type { ImportKind } from '@mana/ui/import/kind';
import { dayAt, speakDay } from '@mana/time';
import { tasks } from '../model.ts';
import { bring, type BringParts, finder, weigh } from './bring.ts';
import type { FoundTask } from './found-task.ts';
import { formatWords } from './words.ts';

/** What the file that is being brought has brought so far, so that steps find their tasks in an earlier part of it. */
let brought: BringParts['brought'] = new Map();

/** Bringing tasks from files. */
export const todoImport: ImportKind<FoundTask> = {
	start: () => new Worker(new URL('./read-worker.ts', import.meta.url), { type: 'module' }),
	endings: ['.csv', '.json', '.ics', '.txt'],
	home: '/todo',
	words: {
		title: () => m.todo_import(),
		purpose: () => m.todo_exchange_import_purpose(),
		format: formatWords,
		field: (id) => id,
		count: (count) => m.todo_tasks({ count }),
		brought: (count) => m.todo_exchange_brought({ count }),
	},
	show: ({ title, dueDay, project, tags }) => ({
		title,
		detail: [
			...(dueDay === null ? [] : [speakDay(dueDay, dayAt(Date.now()), getTag())]),
			...(project === '' ? [] : [project]),
			...tags.map((tag) => `#${tag}`),
		].join(' · '),
	}),
	finder(mana) {
		brought = new Map();
		return finder(mana);
	},
	weigh,
	bring: (mana, step, policy, label) =>
		bring(
			{
				mana,
				brought,
				newId: () => newRecordId(Date.now(), (bytes) => crypto.getRandomValues(new Uint8Array(bytes.length))),
				random: Math.random,
				now: Date.now,
			},
			step,
			policy,
			label,
		),
	remove(mana, ids, label) {
		mana.write(label, (tx) => {
			for (const id of ids) tx.trash(tasks, id);
		});
	},
};
