import { systemRandom } from '@mana/service';
import { openJobs, systemClock } from '@mana/store';
import { type Person, toPerson } from '../person.ts';
import { note } from '../security-events.ts';
import { terminalToken } from '../signing-keys.ts';
import type { Client } from '../realm.ts';
import { atTheTerminal, personAtTheTerminal, type TerminalPlace } from '../terminal.ts';
import { type Archive, type ArchiveDesk, archiveOf, beginArchive } from './archives.ts';
import { ArchiveFolder } from './folder.ts';

/** How often it is looked how far an archive is, in milliseconds. */
const LOOK_MS = 500;

/**
 * Has the running mana-auth make the archive of a person, for whoever may run programs on this machine. The person sees it in their log
 * and in their settings.
 *
 * @param progress told whenever it is looked how far it is
 * @returns the file; `null` when it failed, which `progress` was told last
 * @throws Problem `person-unknown`
 */
export function archiveAtTheTerminal(
	place: TerminalPlace,
	email: string,
	progress: (archive: Archive) => void,
): Promise<string | null> {
	return atTheTerminal(place, async ({ store, keys }) => {
		const [clock, random] = [systemClock, systemRandom];
		// They are only written here: the service runs them.
		const archiveJobs = await openJobs(store, { archive: async () => undefined }, { clock });
		const desk: ArchiveDesk = { store, keys, clock, random, archiveJobs, home: place.home };
		const { id: person } = await personAtTheTerminal(store.db, email);
		await beginArchive(desk, person, { address: 'terminal', agent: 'mana export' });
		for (;;) {
			const archive = await archiveOf(desk, person);
			if (!archive) return null;
			progress(archive);
			if (archive.state === 'failed') return null;
			if (archive.state === 'ready') {
				const { id } = await store.db
					.selectFrom('archive')
					.select('id')
					.where('person_id', '=', person)
					.executeTakeFirstOrThrow();
				return new ArchiveFolder(place.home).whole(id);
			}
			await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
		}
	});
}

const importing: Client = { address: 'terminal', agent: 'mana import' };

/** Somebody for whom a command of the terminal writes. */
export interface ActedFor {
	readonly person: Person;
	/** A fresh token of theirs. */
	token(): Promise<{ readonly token: string; readonly expiresAt: number }>;
	/** Writes into their log that an archive was brought for them. */
	noted(): Promise<void>;
}

/** Acts for a person, for whoever may run programs on this machine. @throws Problem `person-unknown` */
export function actingAtTheTerminal<T>(
	place: TerminalPlace & { readonly publicUrl: string },
	email: string,
	work: (acted: ActedFor) => Promise<T>,
): Promise<T> {
	return atTheTerminal(place, async ({ store, keys }) => {
		const realm = { store, keys, clock: systemClock, random: systemRandom, publicUrl: place.publicUrl };
		const person = toPerson(await personAtTheTerminal(store.db, email));
		return work({
			person,
			async token() {
				const { token, expiresAt } = await terminalToken(realm, person);
				return { token, expiresAt: Date.parse(expiresAt) };
			},
			noted: () => store.db.transaction().execute((db) => note(realm, db, 'archive-brought', { person: person.id }, importing)),
		});
	});
}
