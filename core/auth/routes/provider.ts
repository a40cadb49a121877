import { answers, body, Problem, problem, type ServiceEnv } from '@mana/service';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { authorise, decide, type RequestInput, requestInput } from '../provider/authorise.ts';
import { issuerOf, metadata } from '../provider/metadata.ts';
import { addressesIn, softwareById } from '../provider/software.ts';
import { exchange, type Form, hinted, introspect, OAuthRefusal, revoke, softwareOf, userinfo } from '../provider/tokens.ts';
import { digest } from '../instance-keys.ts';
import { look } from '../realm.ts';
import { publishedKeys } from '../signing-keys.ts';
import { clearToken, readToken } from '../session-cookie.ts';
import { recognise, signOut } from '../sessions.ts';
import { clientOf, type Door } from './door.ts';

const outcome = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('return'), to: z.string() }),
	z.object({ kind: z.literal('sign-in') }),
	z.object({ kind: z.literal('prove') }),
	z.object({ kind: z.literal('ask'), software: z.string(), host: z.string(), scope: z.array(z.string()) }),
]);
const anything = z.looseObject({});

/** What other software talks to when people sign in to it with their account here (OpenID Connect). */
export function providerRoutes({ realm, present }: Door) {
	/** Who is signed in; nobody is an answer here too. */
	const whoever = async (c: Context<ServiceEnv>) => {
		const token = await readToken(realm, c);
		if (token === null) return null;
		return recognise(realm, token, clientOf(c)).catch((error: unknown) => {
			if (error instanceof Problem && error.status === 401) return null;
			throw error;
		});
	};
	return new Hono<ServiceEnv>()
		.get('/.well-known/openid-configuration', answers('What software reads first', anything), (c) =>
			c.json(metadata(realm), 200, { 'cache-control': 'public, max-age=300' }),
		)
		.get('/oidc/jwks', answers('The keys that check id tokens', anything), async (c) =>
			c.json(await publishedKeys(realm, 'RS256'), 200, { 'cache-control': 'public, max-age=300' }),
		)
		.get('/oidc/authorize', answers('Where software sends people', null, 303), async (c) => {
			const input = requestIn(c.req.queries());
			const what = await authorise(realm, await whoever(c), input, clientOf(c));
			if (what.kind === 'return') return c.redirect(what.to, 303);
			return c.redirect(`${realm.publicUrl}/allow?${new URLSearchParams(input)}`, 303);
		})
		.post('/oidc/requests', answers('What a request needs', outcome), body(requestInput), async (c) =>
			c.json(told(await authorise(realm, await whoever(c), c.req.valid('json'), clientOf(c)))),
		)
		.post(
			'/oidc/decisions',
			answers("The person's word on it", outcome),
			body(z.object({ request: requestInput, allow: z.boolean() })),
			async (c) => {
				const { request, allow } = c.req.valid('json');
				return c.json(told(await decide(realm, await present(c), request, allow, clientOf(c))));
			},
		)
		.post('/oidc/token', answers('Tokens for a code or a refresh token', anything), (c) =>
			oauth(c, async () => {
				const form = await formOf(c);
				const software = await softwareOf(realm, c.req.header('authorization'), form);
				return exchange(realm, software, form, clientOf(c));
			}),
		)
		.on(['GET', 'POST'], '/oidc/userinfo', answers('Who it is', anything), (c) =>
			oauth(c, () => {
				const [scheme, token] = (c.req.header('authorization') ?? '').split(' ');
				return userinfo(realm, scheme?.toLowerCase() === 'bearer' ? token : undefined);
			}),
		)
		.post('/oidc/revoke', answers('End a token', anything), (c) =>
			oauth(c, async () => {
				const form = await formOf(c);
				await revoke(realm, await softwareOf(realm, c.req.header('authorization'), form), form['token'] ?? '');
				return {};
			}),
		)
		.post('/oidc/introspect', answers('How a token stands', anything), (c) =>
			oauth(c, async () => {
				const form = await formOf(c);
				const software = await softwareOf(realm, c.req.header('authorization'), form);
				if (software.secret === null) throw new OAuthRefusal('invalid_client', 'This needs a secret.', 401);
				return introspect(realm, software, form['token'] ?? '');
			}),
		)
		.get('/oidc/logout', answers('Where software sends people to sign out', null, 303), async (c) => {
			const asked = requestIn(c.req.queries());
			const hint = await hinted(realm, asked['id_token_hint'] ?? '');
			const software = hint === null ? undefined : await look(realm, (db) => softwareById(db, hint.software));
			const presence = await whoever(c);
			const token = await readToken(realm, c);
			// Only who shows a token of this very session ends it without a question.
			if (hint !== null && presence !== null && token !== null && hint.sid === digest(presence.session.id)) {
				await signOut(realm, token, clientOf(c));
				await clearToken(realm, c);
			}
			const back = asked['post_logout_redirect_uri'];
			if (software === undefined || back === undefined || !addressesIn(software.logout_uris).includes(back))
				return c.redirect(`${realm.publicUrl}/`, 303);
			const to = new URL(back);
			if (asked['state'] !== undefined) to.searchParams.set('state', asked['state']);
			return c.redirect(to.href, 303);
		});

	/** Answers in OAuth's own form, refusals too. */
	async function oauth(c: Context<ServiceEnv>, work: () => Promise<object>) {
		try {
			return c.json({ ...(await work()) }, 200, { 'cache-control': 'no-store' });
		} catch (error) {
			if (!(error instanceof OAuthRefusal)) throw error;
			const scheme = error.error === 'invalid_client' ? 'Basic' : 'Bearer';
			const challenge = { 'www-authenticate': `${scheme} realm="${issuerOf(realm)}", error="${error.error}"` };
			const said = { error: error.error, error_description: error.message };
			return c.json(said, error.status, error.status === 401 ? challenge : {});
		}
	}
}

/** What stands in the address. What stands there twice could be read in two ways: it is not answered at all (RFC 6749 §3.1). */
function requestIn(queries: Readonly<Record<string, readonly string[]>>): RequestInput {
	const twice = Object.entries(queries).find(([, values]) => values.length > 1);
	if (twice) throw problem(400, 'parameter-twice', `"${twice[0].slice(0, 40)}" stands twice in the address.`);
	return requestInput.parse(Object.fromEntries(Object.entries(queries).map(([name, [value = '']]) => [name, value])));
}

async function formOf(c: Context<ServiceEnv>): Promise<Form> {
	if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
		throw new OAuthRefusal('invalid_request', 'Send a form: application/x-www-form-urlencoded.');
	const form = new URLSearchParams(await c.req.text());
	if (new Set(form.keys()).size !== [...form.keys()].length)
		throw new OAuthRefusal('invalid_request', 'A parameter stands there twice.');
	return Object.fromEntries(form);
}

/** An outcome as the schema of the answer has it. */
function told(what: Awaited<ReturnType<typeof authorise>>): z.output<typeof outcome> {
	return what.kind === 'ask' ? { ...what, scope: [...what.scope] } : what;
}
