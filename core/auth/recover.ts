import { systemRandom } from '@mana/service';
import { systemClock } from '@mana/store';
import { createLink } from './one-time-links.ts';
import { refuse } from './problems.ts';
import type { Client } from './realm.ts';
import { forgetSecondFactor, hasSecondFactor } from './second-factor.ts';
import { note } from './security-events.ts';
import { atTheTerminal, personAtTheTerminal, type TerminalPlace } from './terminal.ts';

const resetMs = 30 * 60_000;
const terminal: Client = { address: 'terminal', agent: 'mana user' };

export interface RecoverOptions extends TerminalPlace {
	/** Where people open this Mana, without a trailing slash. */
	readonly publicUrl: string;
}

/**
 * A link with which a person sets a new password, for whoever may run programs on this machine; no mail is needed. It works once,
 * within half an hour, whether mana-auth runs or not.
 *
 * @throws Problem `person-unknown`
 */
export function resetLink(options: RecoverOptions, email: string): Promise<{ link: string; expiresAt: string }> {
	return atTheTerminal(options, ({ store, keys }) => {
		const realm = { clock: systemClock, random: systemRandom, publicUrl: options.publicUrl, keys };
		return store.db.transaction().execute(async (db) => {
			const person = await personAtTheTerminal(db, email);
			await db.deleteFrom('one_time_link').where('kind', '=', 'reset').where('person_id', '=', person.id).execute();
			const { link, expiresAt } = await createLink(realm, db, { kind: 'reset', person: person.id, lifeMs: resetMs });
			if (expiresAt === null) throw new TypeError('A reset link ends.');
			await note(realm, db, 'reset-link-created', { person: person.id }, terminal);
			return { link, expiresAt };
		});
	});
}

/**
 * Takes away the second step of a person who has lost their authenticator app and their recovery codes, for whoever may run programs on
 * this machine. The password still counts; sign-ins that waited for a code begin again.
 *
 * @throws Problem `person-unknown`, `second-factor-off`
 */
export function takeSecondStepAway(place: TerminalPlace, email: string): Promise<void> {
	return atTheTerminal(place, ({ store, keys }) =>
		store.db.transaction().execute(async (db) => {
			const { id } = await personAtTheTerminal(db, email);
			if (!(await hasSecondFactor(db, id))) throw refuse('second-factor-off', { detail: 'Their sign-in asks for no code.' });
			await forgetSecondFactor(db, id);
			await db.deleteFrom('sign_in_ticket').where('person_id', '=', id).execute();
			await note({ clock: systemClock, random: systemRandom, keys }, db, 'second-factor-off', { person: id }, terminal);
		}),
	);
}
