import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { invite, inviteByMail, invitedRoles, readInvitation } from '../administration/invitations.ts';
import { emailSchema, languageSchema, nameSchema, tiers } from '../person.ts';
import { look, registrationModes } from '../realm.ts';
import { providerKinds } from '../relying/kinds.ts';
import { providerSigns } from '../relying/providers.ts';
import { setUp } from '../setup.ts';
import { signUp } from '../sign-up.ts';
import { ownerExists } from '../store.ts';
import { clientOf, type Door, passwordInput, personSchema, secretInput } from './door.ts';

const newPerson = z.object({
	name: nameSchema,
	email: emailSchema,
	password: passwordInput,
	language: languageSchema.default('en'),
});
const status = z.object({
	setup: z.enum(['needed', 'done']),
	registration: z.enum(registrationModes),
	instance: z.string(),
	name: z.string().nullable(),
	providers: z.array(z.object({ id: z.string(), kind: z.enum(providerKinds), name: z.string() })),
});

/** How people come to this Mana: its owner by the setup link, everybody else by invitation or an open door. */
export function joiningRoutes({ realm, present, open }: Door, instanceName: string | null) {
	return new Hono<ServiceEnv>()
		.get('/status', answers('What this Mana needs and allows before anybody signs in', status), async (c) =>
			c.json({
				setup: (await look(realm, ownerExists)) ? ('done' as const) : ('needed' as const),
				registration: realm.registration,
				instance: realm.instance,
				name: instanceName,
				providers: await providerSigns(realm),
			}),
		)
		.post(
			'/setup',
			answers('Make the owner', z.object({ person: personSchema })),
			body(newPerson.extend({ token: secretInput })),
			async (c) => {
				const { token, ...who } = c.req.valid('json');
				return c.json(await open(c, await setUp(realm, token, who, clientOf(c))));
			},
		)
		.post(
			'/sign-up',
			answers('Join', z.object({ person: personSchema })),
			body(newPerson.extend({ invitation: secretInput.optional() })),
			async (c) => {
				const { invitation, ...who } = c.req.valid('json');
				return c.json(await open(c, await signUp(realm, who, invitation, clientOf(c))));
			},
		)
		.post(
			'/invitations',
			answers(
				'Invite one person, by a link or by a mail that carries it',
				z.object({ link: z.string().nullable(), expiresAt: z.string() }),
			),
			body(
				z.object({
					role: z.enum(invitedRoles).default('member'),
					tier: z.enum(tiers).default('public'),
					to: z.strictObject({ address: emailSchema, language: languageSchema }).optional(),
				}),
			),
			async (c) => {
				const { to, ...offer } = c.req.valid('json');
				const { person } = await present(c);
				if (to === undefined) return c.json(await invite(realm, person, offer, clientOf(c)));
				return c.json({ link: null, ...(await inviteByMail(realm, person, offer, to, clientOf(c))) });
			},
		)
		.post(
			'/invitation-checks',
			answers(
				'What an invitation says to whoever holds its link',
				z.object({ by: z.string().nullable(), email: z.string().nullable(), expiresAt: z.string() }),
			),
			body(z.object({ invitation: secretInput })),
			async (c) => c.json(await readInvitation(realm, c.req.valid('json').invitation, clientOf(c))),
		);
}
