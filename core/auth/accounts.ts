import { Problem } from '@mana/service';
import { refuse } from './problems.ts';
import type { Client, Realm } from './realm.ts';
import { type Presence, recognise } from './sessions.ts';

/** How many accounts are put aside in one browser at most. */
const most = 8;

/** A session of this browser that is not the present one. */
interface Aside {
	readonly token: string;
	readonly presence: Presence;
}

/** Puts a session aside, in place of an older one of the same person. @returns the tokens to keep */
export async function putAside(realm: Realm, tokens: readonly string[], token: string, client: Client): Promise<string[]> {
	const [added] = await standing(realm, [token], client);
	const others = await standing(realm, tokens, client);
	if (added === undefined) return others.map((one) => one.token);
	const rest = others.filter(({ presence }) => presence.person.id !== added.presence.person.id);
	return [...rest.map((one) => one.token), token].slice(-most);
}

/** Takes a person's session out of those that were put aside. @throws Problem `account-unknown` when none of theirs stands */
export async function takeUp(
	realm: Realm,
	tokens: readonly string[],
	person: string,
	client: Client,
): Promise<{ taken: Aside; rest: string[] }> {
	const all = await standing(realm, tokens, client);
	const taken = all.find(({ presence }) => presence.person.id === person);
	if (taken === undefined) throw refuse('account-unknown');
	return { taken, rest: all.filter((one) => one !== taken).map(({ token }) => token) };
}

/** Those whose sessions have not ended. */
async function standing(realm: Realm, tokens: readonly string[], client: Client): Promise<Aside[]> {
	const found = await Promise.all(
		tokens.map(async (token): Promise<Aside | null> => {
			try {
				return { token, presence: await recognise(realm, token, client) };
			} catch (error) {
				if (error instanceof Problem && error.status === 401) return null;
				throw error;
			}
		}),
	);
	return found.filter((one) => one !== null);
}
