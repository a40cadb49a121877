import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ServiceContext } from './define.ts';
import { problem } from './problem.ts';

/** How long an answer of mana-auth is believed, in milliseconds: a password that was ended opens nothing after this. */
const BELIEVED_MS = 30_000;
/** Answers that are kept at most. */
const MOST_KEPT = 1_000;

/** A person as servers of apps are told of them. */
export const grantPerson = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	language: z.string(),
	role: z.enum(['owner', 'admin', 'member', 'guest']),
});

const grant = z.object({
	password: z.object({ id: z.string(), name: z.string(), access: z.enum(['read', 'write']), apps: z.array(z.string()) }),
	person: grantPerson,
	token: z.string(),
});
/** Who came with an app password, what it allows, and a token of theirs for this service to act with. */
export type AppGrant = z.infer<typeof grant>;

/** Who is at the other end, for the log of mana-auth. */
export interface AppClient {
	readonly address: string;
	readonly agent: string;
}

/**
 * Checks app passwords (`Authorization: Basic`, RFC 7617) for a server of an app: asks mana-auth, and believes its answer for half a minute.
 *
 * @example const passwords = new AppPasswords(context);
 *          const { person, password } = await passwords.check(c.req.header('authorization'), { address: callerAddress(c), agent });
 */
export class AppPasswords {
	readonly #context: Pick<ServiceContext, 'addressOf' | 'identity' | 'fetch' | 'clock'>;
	/** Answers by the hash of what was sent: no password stays in memory. */
	readonly #kept = new Map<string, { readonly until: number; readonly grant: Promise<AppGrant> }>();

	constructor(context: Pick<ServiceContext, 'addressOf' | 'identity' | 'fetch' | 'clock'>) {
		this.#context = context;
	}

	/** @throws Problem 401 `password-missing`, `wrong-credentials`; 403 `app-password-scope`, `suspended`; 429 `locked`; 503 when mana-auth is away */
	check(authorization: string | undefined, client: AppClient): Promise<AppGrant> {
		const basic = /^basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(authorization ?? '')?.[1];
		const said = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
		const colon = said.indexOf(':');
		if (colon < 1)
			return Promise.reject(
				problem(401, 'password-missing', 'Send your e-mail address and an app password from the settings of Mana.'),
			);
		const key = createHash('sha256').update(said).digest('base64url');
		const now = this.#context.clock.now();
		const kept = this.#kept.get(key);
		if (kept && kept.until > now) return kept.grant;
		const asked = this.#ask(said.slice(0, colon), said.slice(colon + 1), client);
		this.#keep(key, { until: now + BELIEVED_MS, grant: asked });
		// Only a yes is believed; callers are told of the rest themselves.
		asked.catch(() => this.#kept.delete(key));
		return asked;
	}

	async #ask(email: string, password: string, { address, agent }: AppClient): Promise<AppGrant> {
		// Not even mana-auth is asked about what can be no address of anybody.
		if (!z.email().safeParse(email.trim()).success)
			throw problem(401, 'wrong-credentials', 'The name to sign in with is your e-mail address.');
		const { addressOf, identity, fetch } = this.#context;
		const answer = await fetch(`${addressOf('mana-auth')}/app-password-checks`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await identity.token('mana-auth')}`, 'content-type': 'application/json' },
			body: JSON.stringify({ email, password: password.slice(0, 256), address, agent: agent.slice(0, 200) }),
		});
		return grant.parse(await answer.json());
	}

	#keep(key: string, answer: { readonly until: number; readonly grant: Promise<AppGrant> }): void {
		this.#kept.delete(key);
		this.#kept.set(key, answer);
		const oldest = this.#kept.keys().next();
		if (this.#kept.size > MOST_KEPT && !oldest.done) this.#kept.delete(oldest.value);
	}
}
