import type { Leaver, Leaving } from '@mana/service/leaving';
import { sql } from 'kysely';
import type { Tables } from './store.ts';

const theirs = ({ person }: Leaver) => sql`person = ${person}`;
/** Also what was told to their address alone: letters with links, invitations from before they came. */
const told = ({ person, address }: Leaver) => sql`(person = ${person} or address = ${address})`;
/** Also what they wrote to addresses of others. */
const written = ({ person, address }: Leaver) => sql`(person = ${person} or from_address = ${address?.toLowerCase() ?? null})`;
const messages = (who: Leaver) => sql`message_id in (select id from message where ${told(who)})`;
const deliveries = ({ person, address }: Leaver) => sql`(person = ${person} or target = ${address})`;

/** What each table of mana-notify holds of a person. Tables that hang on others come first. */
export const notifyLeaving: Leaving<Tables> = {
	inbox_record: { holds: 'which message each record of the inbox is', where: messages },
	delivery_message: { holds: 'which messages each delivery brought', where: messages },
	delivery: { holds: 'what was sent where, and how that ended', where: deliveries },
	message: { holds: 'what one was told', where: told },
	channel: { holds: 'ways one wants to be told', where: theirs, without: ['target'] },
	mail_in: { holds: 'which mails came to one’s addresses, and what became of them', where: written, without: ['token'] },
	mail_address: { holds: 'addresses at which mail is taken for one', where: theirs, without: ['token'] },
	mailbox_place: { nothing: 'How far the mailbox of whoever runs this Mana was read.' },
	register: { nothing: 'What people chose, as their own space in mana-sync has it: a copy that goes with the space.' },
	inbox_entry: { nothing: 'What stands in their inbox, as their own space has it: a copy that goes with the space.' },
	instance_key: { nothing: 'Keys of this Mana.' },
};
