import { exportOutbox } from '../export-outbox.ts';
import { collection, field } from '@mana/model';
import { openMemoryMana } from '../open-memory.ts';
import { adoptGuest, forgetAccount, openMana } from './index.ts';

/** What the browser tests drive from outside: `window.client`. */
const client = {
	adoptGuest,
	exportOutbox,
	forgetAccount,
	openMana,
	openMemoryMana,
	tasks: collection(
		'todo/tasks',
		{ app: 1, number: 1 },
		{
			title: field.text(1, { fallback: '' }),
			done: field.flag(2),
			tags: field.set(3),
			rank: field.integer(4),
			due: field.day(5),
			time: field.clockTime(6),
			notes: field.text(7),
			place: field.position(8),
		},
	),
};

export type TestPage = typeof client;

Object.assign(globalThis, { client });
