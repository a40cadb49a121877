import type { Leaver, Leaving } from '@mana/service/leaving';
import { sql } from 'kysely';
import { emptyEntriesOf } from '../audit/forgetting.ts';
import type { Realm } from '../realm.ts';
import type { Db, Tables } from '../store.ts';

const theirs = ({ person }: Leaver) => sql`person_id = ${person}`;

/**
 * What each table of mana-auth holds of a person. Tables that hang on others come first.
 *
 * @param account the pseudonym of their e-mail address
 */
export function authLeaving(realm: Pick<Realm, 'clock' | 'random' | 'keys'>, account: string): Leaving<Tables> {
	const byAccount = () => sql`account = ${account}`;
	return {
		retired_token: {
			holds: 'tokens of sessions that were replaced',
			where: ({ person }) => sql`session_id in (select id from session where person_id = ${person})`,
			without: ['hash'],
		},
		session: { holds: 'where one is signed in', where: theirs, without: ['token'] },
		credential: {
			holds: 'ways to sign in',
			where: theirs,
			without: ['password', 'access_token', 'refresh_token', 'id_token'],
		},
		second_factor: { holds: 'the second step of signing in', where: theirs, without: ['sealed'] },
		second_step_removal: { holds: 'that an admin takes the second step away', where: theirs },
		recovery_code: { holds: 'codes for when the second step is lost', where: theirs, without: ['hash'] },
		sign_in_ticket: { holds: 'sign-ins that wait for their second step', where: theirs, without: ['hash'] },
		known_device: { holds: 'browsers on which one signed in', where: theirs, without: ['hash'] },
		passkey: { holds: 'passkeys', where: theirs },
		app_password: { holds: 'passwords of programs', where: theirs, without: ['hash'] },
		connection: { holds: 'accounts elsewhere that one connected', where: theirs, without: ['sealed', 'access'] },
		one_time_link: { holds: 'invitations one made, and links one was sent', where: theirs, without: ['hash'] },
		impersonation_consent: { holds: 'whether an admin may act in one’s name', where: theirs },
		software_consent: { holds: 'what one allowed other software to learn', where: theirs },
		software_code: { holds: 'sign-ins to other software', where: theirs, without: ['hash', 'challenge', 'nonce'] },
		software_token: { holds: 'what other software holds of one', where: theirs, without: ['hash'] },
		attempt: { holds: 'attempts to sign in with one’s address', where: byAccount },
		known_address: { holds: 'networks from which one signed in', where: byAccount },
		audit_entry: {
			holds: 'what happened around one’s account',
			where: ({ person }) => sql`(person_id = ${person} or account = ${account})`,
			without: ['salt', 'content', 'previous', 'hash'],
			erase: (db, { person }) => emptyEntriesOf(realm, db as unknown as Db, person, [account]),
		},
		archive_entry: {
			holds: 'what was written of an archive so far',
			where: ({ person }) => sql`archive_id in (select id from archive where person_id = ${person})`,
			apart: true,
		},
		archive: { holds: 'the archive that one asked for', where: theirs },
		departure: {
			holds: 'that one leaves',
			where: ({ person }) => sql`person_id = ${person}`,
			blank: { person_id: null },
		},
		person: { holds: 'who one is', where: ({ person }) => sql`id = ${person}` },
		departed_session: { nothing: 'Fingerprints of random tokens, which say that somebody left and not who.' },
		verification: { nothing: 'Unused: the library wants it to be there.' },
		instance: { nothing: 'The id of this Mana.' },
		audit_head: { nothing: 'Where the audit log ends.' },
		signing_key: { nothing: 'Keys of this Mana.' },
		used_challenge: { nothing: 'Fingerprints of random numbers that passkeys have answered.' },
		identity_provider: { nothing: 'Providers that people sign in with, as the admins added them.' },
		software: { nothing: 'Other software, as the admins registered it.' },
	};
}
