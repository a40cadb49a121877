import { callerAddress, type ServiceEnv } from '@mana/service';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Opened } from '../opening.ts';
import { type Person, roles } from '../person.ts';
import type { Client, Realm } from '../realm.ts';
import { readToken, writeToken } from '../session-cookie.ts';
import { type Presence, recognise, signOut } from '../sessions.ts';

/** Longer than any password rule allows, so that the rule can say so. */
export const passwordInput = z.string().max(1024);
export const secretInput = z.string().min(1).max(256);

/** A person as answers show them. */
export const personSchema = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	role: z.enum(roles),
	language: z.string(),
	createdAt: z.string(),
});

/** What every route knows of who stands in front of it. */
export interface Door {
	readonly realm: Realm;
	/** @throws Problem `not-signed-in`, `session-expired`, `session-reused` */
	present(c: Context<ServiceEnv>): Promise<Presence>;
	/** Puts a session that was just opened in the browser's cookie and ends the one it had before. */
	open(c: Context<ServiceEnv>, opened: Opened): Promise<{ person: Person }>;
}

export function doorOf(realm: Realm): Door {
	return {
		realm,
		present: async (c) => recognise(realm, await readToken(realm, c), clientOf(c)),
		async open(c, { token, presence }) {
			const previous = await readToken(realm, c);
			if (previous !== null) await signOut(realm, previous, clientOf(c));
			await writeToken(realm, c, token);
			return { person: presence.person };
		},
	};
}

/** Who is at the other end of the request. */
export function clientOf(c: Context<ServiceEnv>): Client {
	return { address: callerAddress(c), agent: (c.req.header('user-agent') ?? '').slice(0, 200) };
}
