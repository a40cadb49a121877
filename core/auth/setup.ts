import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attempt } from './attempts.ts';
import { writeLetter } from './letters.ts';
import { consumeLink, createLink, linkWorks } from './one-time-links.ts';
import { admit, type NewPerson, type Opened } from './opening.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { ownerExists } from './store.ts';

/** Where the setup link stands for whoever can read this machine's files, until there is an owner. */
export function setupLinkFile(home: string): string {
	return join(home, 'run', 'setup-link');
}

/**
 * Without an owner: makes a setup link, which replaces the one of the last start. With one: takes the file away. Being the first to open
 * Mana is never enough to own it; whoever reads the terminal is.
 */
export async function prepareSetup(realm: Realm): Promise<void> {
	const file = setupLinkFile(realm.home);
	const link = await transact(realm, async (db) => {
		await db.deleteFrom('one_time_link').where('kind', '=', 'setup').execute();
		return (await ownerExists(db)) ? null : (await createLink(realm, db, { kind: 'setup' })).link;
	});
	if (link === null) return rm(file, { force: true });
	await mkdir(dirname(file), { recursive: true, mode: 0o700 });
	await writeFile(`${file}.new`, `${link}\n`, { mode: 0o600 });
	await rename(`${file}.new`, file);
}

/**
 * Makes the owner and signs them in.
 *
 * @throws Problem `setup-done`, `setup-token-invalid`, `weak-password`, `locked`
 */
export async function setUp(realm: Realm, token: string, who: NewPerson, client: Client): Promise<Opened> {
	const opened = await attempt(realm, { kind: 'link', account: '-', client, counts: ['setup-token-invalid'] }, async () => {
		await look(realm, async (db) => {
			if (await ownerExists(db)) throw refuse('setup-done');
			if (!(await linkWorks(realm, db, 'setup', token))) throw refuse('setup-token-invalid');
		});
		await checkPassword(who.password, who.email);
		const hash = await hashPassword(who.password);
		return transact(realm, async (db) => {
			await consumeLink(realm, db, 'setup', token);
			if (await ownerExists(db)) throw refuse('setup-done');
			const opened = await admit(realm, db, who, { role: 'owner', tier: 'public', proven: false }, hash, client);
			await writeLetter(realm, db, 'verification', opened.presence.person, who.email);
			await note(realm, db, 'owner-created', { person: opened.presence.person.id }, client);
			return opened;
		});
	});
	await rm(setupLinkFile(realm.home), { force: true });
	return opened;
}
