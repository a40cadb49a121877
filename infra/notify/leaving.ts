import type { Leaving } from '@mana/service/leaving';
import { sql } from 'kysely';
import type { Tables } from './store.ts';

const theirs = (person: string) => sql`person = ${person}`;
const messages = (person: string) => sql`message_id in (select id from message where person = ${person})`;

/** What each table of mana-notify holds of a person. Tables that hang on others come first. */
export const notifyLeaving: Leaving<Tables> = {
	inbox_record: { holds: 'which message each record of the inbox is', where: messages },
	delivery_message: { holds: 'which messages each delivery brought', where: messages },
	delivery: { holds: 'what was sent where, and how that ended', where: theirs },
	message: { holds: 'what one was told', where: theirs },
	channel: { holds: 'ways one wants to be told', where: theirs, without: ['target'] },
	register: { nothing: 'What people chose, as their own space in mana-sync has it: a copy that goes with the space.' },
	instance_key: { nothing: 'Keys of this Mana.' },
};
