import { answers, body, params, Problem, type ServiceEnv } from '@mana/service';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import { connect } from '../connections/connections.ts';
import { languageSchema } from '../person.ts';
import { refuse } from '../problems.ts';
import { arrive, depart, link } from '../relying/arrival.ts';
import { errandMs, errandName, type Errand, openErrand, sealErrand } from '../relying/errand.ts';
import { answerIn } from '../relying/form-post.ts';
import { listIdentities, unlink } from '../relying/identities.ts';
import { providerKinds } from '../relying/kinds.ts';
import {
	addProvider,
	changeProvider,
	listProviders,
	newProviderInput,
	type Provider,
	providerInput,
	removeProvider,
	returnTo,
} from '../relying/providers.ts';
import { clearErrand, readErrand, writeErrand } from '../session-cookie.ts';
import { clientOf, type Door, place, secretInput } from './door.ts';

const provider = z.object({
	id: z.string(),
	kind: z.enum(providerKinds),
	name: z.string(),
	issuer: z.string(),
	clientId: z.string(),
	hasSecret: z.boolean(),
	trustsAddresses: z.boolean(),
	domains: z.array(z.string()),
	signsIn: z.boolean(),
	connects: z.boolean(),
	returnTo: z.string(),
	people: z.number(),
	peopleWithoutOther: z.number(),
	createdAt: z.string(),
});
const identity = z.object({
	id: z.string(),
	provider: z.string(),
	name: z.string(),
	label: z.string(),
	createdAt: z.string(),
});
const id = params(z.object({ id: z.string().max(64) }));
const departure = z.object({ to: z.string() });
/** Signing in with an account that one has elsewhere: the providers, going there, coming back, and what is linked. */
export function identityProviderRoutes({ realm, present, proven, open }: Door) {
	const send = async (c: Context<ServiceEnv>, id: string, purpose: Errand['purpose']) => {
		const { to, errand } = await depart(realm, id, purpose);
		writeErrand(realm, c, errandName(errand.question.state), sealErrand(realm, errand), errandMs);
		return c.json({ to });
	};
	/** Where the browser goes on; what is behind `#` no server is told. */
	const onward = (c: Context<ServiceEnv>, path: string, said: Record<string, string>) =>
		c.redirect(`${realm.publicUrl}${path}#${new URLSearchParams(said)}`, 303);
	return new Hono<ServiceEnv>()
		.get('/identity-providers', answers('What admins added', z.object({ providers: z.array(provider) })), async (c) => {
			administrator(await present(c));
			return c.json({ providers: (await listProviders(realm)).map(told) });
		})
		.post('/identity-providers', answers('Add a provider', z.object({ provider })), body(newProviderInput), async (c) => {
			const actor = administrator(await proven(c));
			return c.json({ provider: told(await addProvider(realm, actor, c.req.valid('json'), clientOf(c))) });
		})
		.put('/identity-providers/:id', answers('Change a provider', z.object({ provider })), id, body(providerInput), async (c) => {
			const actor = administrator(await proven(c));
			const changed = await changeProvider(realm, actor, c.req.valid('param').id, c.req.valid('json'), clientOf(c));
			return c.json({ provider: told(changed) });
		})
		.delete('/identity-providers/:id', answers('Take a provider out'), id, async (c) => {
			await removeProvider(realm, administrator(await proven(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/identity-providers/:id/entries',
			answers('Where to sign in, or to join', departure),
			id,
			body(z.object({ invitation: secretInput.optional(), language: languageSchema.default('en'), next: place })),
			async (c) => {
				const { invitation = null, language, next } = c.req.valid('json');
				return send(c, c.req.valid('param').id, { kind: 'enter', invitation, language, next });
			},
		)
		.post('/identity-providers/:id/links', answers('Where to link an account', departure), id, async (c) => {
			const { session } = await proven(c);
			return send(c, c.req.valid('param').id, { kind: 'link', session: session.id });
		})
		.post('/identity-providers/:id/return', answers('Where providers send an answer as a form', null, 303), id, async (c) => {
			const answer = answerIn(new URLSearchParams(await c.req.text()));
			return c.redirect(`${returnTo(realm, c.req.valid('param').id)}?${answer}`, 303);
		})
		.get('/identity-providers/:id/return', answers('Where providers send people back', null, 303), id, async (c) => {
			const { id } = c.req.valid('param');
			const answer = new URL(c.req.url).searchParams;
			const name = errandName(answer.get('state') ?? '');
			const errand = openErrand(realm, readErrand(realm, c, name));
			clearErrand(realm, c, name);
			const purpose = errand?.provider === id ? errand.purpose : null;
			const back = purpose?.kind === 'connect' ? purpose.next : purpose?.kind === 'link' ? '/settings/security' : '/sign-in';
			try {
				if (errand === null || purpose === null) throw refuse('identity-invalid');
				if (purpose.kind !== 'enter') {
					const presence = await present(c);
					// What somebody else began in this browser is not this person's wish.
					if (presence.session.id !== purpose.session) throw refuse('identity-invalid');
					if (purpose.kind === 'connect')
						return onward(c, back, { connected: await connect(realm, errand, purpose, presence, answer, clientOf(c)) });
					await link(realm, errand, presence, answer, clientOf(c));
					return onward(c, back, { linked: id });
				}
				const come = await arrive(realm, errand, purpose, answer, clientOf(c));
				if ('secondStep' in come) return onward(c, back, { ...come.secondStep, next: purpose.next });
				await open(c, come);
				return onward(c, back, { come: id, next: purpose.next });
			} catch (error) {
				if (!(error instanceof Problem)) throw error;
				if (error.status >= 500) realm.log.warn({ err: error, provider: id }, 'signing in by a provider failed');
				return onward(c, back, { problem: error.code, provider: id });
			}
		})
		.get('/identities', answers('What the person linked', z.object({ identities: z.array(identity) })), async (c) => {
			const { person } = await present(c);
			return c.json({ identities: await listIdentities(realm, person.id) });
		})
		.delete('/identities/:id', answers('Unlink an account'), id, async (c) => {
			await unlink(realm, await proven(c), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}

function told(one: Provider): z.output<typeof provider> {
	return { ...one, domains: [...one.domains] };
}
