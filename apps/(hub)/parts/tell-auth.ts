import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import { auth, AuthProblem } from '@mana/ui/session/auth';
import type { Session } from '@mana/ui/session/session.svelte';
import { preferences, preferencesId, profileId, profiles } from '../model.ts';
import { RecordOfOne } from './record-of-one.ts';

/**
 * Name and language are the person's to set, offline too, so their records decide. This page's session follows them at once, and mana-auth,
 * which puts the name into tokens and writes mails, is told as soon as it can be reached.
 */
export function tellAuth(home: Mana, session: Session): void {
	const whose = session.person?.id;
	// Who acts in somebody's name writes nothing down for them.
	if (whose === undefined || session.impersonator !== null) return;
	const profile = new RecordOfOne(home, profiles, profileId);
	const ways = new RecordOfOne(home, preferences, preferencesId);
	/** What mana-auth was told last, so that it is not told the same again and again when it will not have it. */
	let told = '';

	const heed = (): void => {
		const { person } = session;
		// These records are one account's: they say nothing of another that came in meanwhile, while this store is still closing.
		if (person?.id !== whose) return;
		const whole = home.sync.phase === 'live' && home.sync.firstSync === null;
		// What mana-auth was told at sign-up is what others call the person, until they say otherwise.
		if (whole && !profile.row?.name && person.name) profile.note(m.hub_profile_changed(), { name: person.name });
		const name = profile.row?.name.trim() || person.name;
		const language = ways.row?.language || person.language;
		if (name === person.name && language === person.language) return;
		if (name !== person.name) session.show({ ...person, name });
		if (!whole || told === `${name} ${language}`) return;
		told = `${name} ${language}`;
		auth.changeProfile({ name, language }).then(
			({ person }) => session.enter(person),
			(problem: unknown) => {
				// It is told again when this page, or another one, opens the next time.
				if (!(problem instanceof AuthProblem)) throw problem;
			},
		);
	};

	profile.subscribe(heed);
	ways.subscribe(heed);
	home.subscribe(heed);
	heed();
}
