import { callerAddress, type ServiceEnv } from '@mana/service';
import type { Context } from 'hono';
import { z } from 'zod';
import { putAside } from '../accounts.ts';
import { meetDevice } from '../known-devices.ts';
import type { Opened } from '../opening.ts';
import { type Person, roles, tiers } from '../person.ts';
import { refuse } from '../problems.ts';
import { requireProof } from '../proofs.ts';
import type { Client, Realm } from '../realm.ts';
import {
	browserOf,
	readAside,
	readBeside,
	readToken,
	writeAside,
	writeBeside,
	writeBrowser,
	writeToken,
} from '../session-cookie.ts';
import { type Presence, recognise, signOut } from '../sessions.ts';

/** Longer than any password rule allows, so that the rule can say so. */
export const passwordInput = z.string().max(1024);
export const secretInput = z.string().min(1).max(256);
/** A code as it was typed: of an authenticator app, or for recovery. */
export const codeInput = z.string().min(1).max(64);

/** Only a way inside this house. */
export const place = z
	.string()
	.max(500)
	// Browsers leave tabs and line feeds out of an address: "/<tab>/elsewhere" would lead elsewhere.
	.regex(/^\/(?![/\\])[^\p{Cc}]*$/u, 'Give a path.')
	.default('/');

/** A person as answers show them. */
export const personSchema = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	role: z.enum(roles),
	tier: z.enum(tiers),
	language: z.string(),
	createdAt: z.string(),
});

/** What every route knows of who stands in front of it. */
export interface Door {
	readonly realm: Realm;
	/** @throws Problem `not-signed-in`, `session-expired`, `session-reused` */
	present(c: Context<ServiceEnv>): Promise<Presence>;
	/** As `present`, for dangerous steps: the person must have proven themselves within minutes. @throws Problem `proof-needed` */
	proven(c: Context<ServiceEnv>): Promise<Presence>;
	/** Puts a session that was just opened in the browser's cookie and ends the one it had before, unless that was to stand beside it. */
	open(c: Context<ServiceEnv>, opened: Opened): Promise<{ person: Person }>;
}

export function doorOf(realm: Realm): Door {
	const present: Door['present'] = async (c) => {
		const presence = await recognise(realm, await readToken(realm, c), clientOf(c));
		const { impersonator } = presence.session;
		if (impersonator !== null) {
			actors.set(c.req.raw, impersonator.id);
			// Whoever is here in somebody else's name looks, and goes.
			const isLook = c.req.method === 'GET' || (c.req.method === 'DELETE' && c.req.path === '/impersonation');
			if (!isLook) throw refuse('impersonated');
		}
		return presence;
	};
	return {
		realm,
		present,
		async proven(c) {
			const presence = await present(c);
			await requireProof(realm, presence);
			return presence;
		},
		async open(c, { token, presence }) {
			const previous = await readToken(realm, c);
			const beside = await readBeside(realm, c);
			const browser = await browserOf(realm, c);
			await meetDevice(realm, presence.person, browser, clientOf(c));
			await writeToken(realm, c, token);
			await writeBrowser(realm, c, browser);
			if (previous !== null && beside)
				await writeAside(realm, c, await putAside(realm, await readAside(realm, c), previous, clientOf(c)));
			else if (previous !== null) await signOut(realm, previous, clientOf(c));
			if (beside) await writeBeside(realm, c, false);
			return { person: presence.person };
		},
	};
}

/** Who sits at the other end, where that is not the person whose session it is; known once `present` was asked. */
const actors = new WeakMap<Request, string>();

/** Who is at the other end of the request. */
export function clientOf(c: Context<ServiceEnv>): Client {
	const actor = actors.get(c.req.raw);
	return {
		address: callerAddress(c),
		agent: (c.req.header('user-agent') ?? '').slice(0, 200),
		...(actor !== undefined && { actor }),
	};
}
