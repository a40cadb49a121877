import { type Environment, generatedSecret, readConfig } from '@mana/service';
import { openStore } from '@mana/store';
import { type InstanceKeys, instanceKeys } from './instance-keys.ts';
import { migrations } from './migrations.ts';
import { emailSchema } from './person.ts';
import { refuse } from './problems.ts';
import { type AuthStore, type Db, personByEmail, type PersonRow, type Tables } from './store.ts';

/** Where the data is, for a command of the terminal. */
export interface TerminalPlace {
	/** The data folder. */
	readonly home: string;
	readonly databaseUrl?: string | undefined;
	/** Holds `MANA_AUTH_SECRET` where that is not in the data folder. */
	readonly env: Environment;
}

/** Lets whoever may run programs on this machine work with mana-auth's own store, whether the service runs or not. */
export async function atTheTerminal<T>(
	{ home, databaseUrl, env }: TerminalPlace,
	work: (own: { readonly store: AuthStore; readonly keys: InstanceKeys }) => Promise<T>,
): Promise<T> {
	const store = await openStore<Tables>({ service: 'mana-auth', home, databaseUrl, migrations });
	try {
		const { secret } = readConfig('mana-auth', { secret: generatedSecret('instance') }, env, home);
		return await work({ store, keys: instanceKeys(secret) });
	} finally {
		await store.close();
	}
}

/** Whom a command of the terminal is about. @throws Problem `person-unknown` */
export async function personAtTheTerminal(db: Db, email: string): Promise<PersonRow> {
	const address = emailSchema.safeParse(email);
	const person = address.success ? await personByEmail(db, address.data) : undefined;
	if (person === undefined) throw refuse('person-unknown');
	return person;
}
