import { answers, body, callerAddress, params, type ServiceEnv } from '@mana/service';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { changePassword, changeProfile, resetPassword } from './account.ts';
import type { Opened } from './opening.ts';
import { emailSchema, languageSchema, nameSchema, type Person, roles } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, registrationModes } from './realm.ts';
import { clearToken, hasCookie, readToken, writeToken } from './session-cookie.ts';
import { listSessions, type Presence, recognise, renew, revokeOtherSessions, revokeSession, signOut } from './sessions.ts';
import { setUp } from './setup.ts';
import { signIn } from './sign-in.ts';
import { invite, invitedRoles, signUp } from './sign-up.ts';
import { accessToken, publishedKeys } from './signing-keys.ts';
import { ownerExists } from './store.ts';
import { standingOf } from './standing.ts';

/** Longer than any password rule allows, so that the rule can say so. */
const passwordInput = z.string().max(1024);
const secretInput = z.string().min(1).max(256);
const newPerson = z.object({
	name: nameSchema,
	email: emailSchema,
	password: passwordInput,
	language: languageSchema.default('en'),
});

const person = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	role: z.enum(roles),
	language: z.string(),
	createdAt: z.string(),
});
const session = z.object({
	id: z.string(),
	createdAt: z.string(),
	usedAt: z.string(),
	expiresAt: z.string(),
	address: z.string(),
	agent: z.string(),
	current: z.boolean(),
});
const status = z.object({
	setup: z.enum(['needed', 'done']),
	registration: z.enum(registrationModes),
	instance: z.string(),
	name: z.string().nullable(),
});

export type AuthRoutes = ReturnType<typeof addRoutes>;

/** Every way into mana-auth. The library's own routes are mounted nowhere, so no check here can be walked around. */
export function addRoutes(app: Hono<ServiceEnv>, realm: Realm, instanceName: string | null) {
	const present = async (c: Context<ServiceEnv>): Promise<Presence> => recognise(realm, await readToken(realm, c), clientOf(c));
	const open = async (c: Context<ServiceEnv>, { token, presence }: Opened): Promise<{ person: Person }> => {
		const previous = await readToken(realm, c);
		if (previous !== null) await signOut(realm, previous, clientOf(c));
		await writeToken(realm, c, token);
		return { person: presence.person };
	};
	// Browsers name the origin of every write. One with a cookie and without an origin comes from no browser that we can judge.
	app.use(async (c, next) => {
		const writes = !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
		if (writes && hasCookie(realm, c) && c.req.header('origin') === undefined) throw refuse('origin-missing');
		await next();
	});
	return app
		.get('/status', answers('What this Mana needs and allows before anybody signs in', status), async (c) =>
			c.json({
				setup: (await look(realm, ownerExists)) ? ('done' as const) : ('needed' as const),
				registration: realm.registration,
				instance: realm.instance,
				name: instanceName,
			}),
		)
		.post(
			'/setup',
			answers('Make the owner', z.object({ person })),
			body(newPerson.extend({ token: secretInput })),
			async (c) => {
				const { token, ...who } = c.req.valid('json');
				return c.json(await open(c, await setUp(realm, token, who, clientOf(c))));
			},
		)
		.post(
			'/sign-up',
			answers('Join', z.object({ person })),
			body(newPerson.extend({ invitation: secretInput.optional() })),
			async (c) => {
				const { invitation, ...who } = c.req.valid('json');
				return c.json(await open(c, await signUp(realm, who, invitation, clientOf(c))));
			},
		)
		.post(
			'/sign-in',
			answers('Sign in', z.object({ person })),
			body(z.object({ email: emailSchema, password: passwordInput })),
			async (c) => c.json(await open(c, await signIn(realm, c.req.valid('json'), clientOf(c)))),
		)
		.post('/sign-out', answers('End this session'), async (c) => {
			const token = await readToken(realm, c);
			if (token !== null) await signOut(realm, token, clientOf(c));
			await clearToken(realm, c);
			return c.body(null, 204);
		})
		.get(
			'/session',
			answers('Who is signed in', z.object({ person, session: session.pick({ id: true, expiresAt: true }) })),
			async (c) => {
				const { person, session } = await present(c);
				return c.json({ person, session: { id: session.id, expiresAt: session.expiresAt } });
			},
		)
		.post(
			'/token',
			answers('A short-lived token for the services', z.object({ token: z.string(), expiresAt: z.string() })),
			async (c) => {
				const token = await readToken(realm, c);
				const presence = await recognise(realm, token, clientOf(c));
				const access = await accessToken(realm, presence);
				const renewed = token === null ? null : await renew(realm, token);
				if (renewed !== null) await writeToken(realm, c, renewed);
				return c.json(access);
			},
		)
		.get('/standing', answers('Whether the session of a token still stands', z.object({ person })), async (c) => {
			const [scheme, token] = (c.req.header('authorization') ?? '').split(' ');
			return c.json({ person: await standingOf(realm, scheme?.toLowerCase() === 'bearer' ? token : undefined) });
		})
		.get(
			'/jwks',
			answers('The keys that check those tokens', z.object({ keys: z.array(z.looseObject({ kid: z.string() })) })),
			async (c) => c.json(await publishedKeys(realm), 200, { 'cache-control': 'public, max-age=300' }),
		)
		.post(
			'/invitations',
			answers('A link that lets one person join', z.object({ link: z.string(), expiresAt: z.string() })),
			body(z.object({ role: z.enum(invitedRoles).default('member') })),
			async (c) => c.json(await invite(realm, await present(c), c.req.valid('json').role, clientOf(c))),
		)
		.post(
			'/password',
			answers('Change the password'),
			body(z.object({ current: passwordInput, password: passwordInput })),
			async (c) => {
				await changePassword(realm, await present(c), c.req.valid('json'), clientOf(c));
				return c.body(null, 204);
			},
		)
		.post(
			'/reset',
			answers('Set a password with a reset link'),
			body(z.object({ token: secretInput, password: passwordInput })),
			async (c) => {
				const { token, password } = c.req.valid('json');
				await resetPassword(realm, token, password, clientOf(c));
				return c.body(null, 204);
			},
		)
		.patch(
			'/person',
			answers('Change name or language', z.object({ person })),
			body(z.object({ name: nameSchema.optional(), language: languageSchema.optional() })),
			async (c) => c.json({ person: await changeProfile(realm, await present(c), c.req.valid('json'), clientOf(c)) }),
		)
		.get('/sessions', answers('Where the person is signed in', z.object({ sessions: z.array(session) })), async (c) => {
			const { person, session } = await present(c);
			const sessions = await listSessions(realm, person.id);
			return c.json({ sessions: sessions.map((one) => ({ ...one, current: one.id === session.id })) });
		})
		.delete('/sessions', answers('Sign out everywhere else'), async (c) => {
			await revokeOtherSessions(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.delete('/sessions/:id', answers('End one session'), params(z.object({ id: z.string().max(64) })), async (c) => {
			const { person } = await present(c);
			await revokeSession(realm, person.id, c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}

function clientOf(c: Context<ServiceEnv>): Client {
	return { address: callerAddress(c), agent: (c.req.header('user-agent') ?? '').slice(0, 200) };
}
