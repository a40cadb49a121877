import { answers, body, params, query, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import { endInvitation, openInvitations, resendInvitation } from '../administration/invitations.ts';
import { changePerson, findInhabitant, listPeople, signOutEverywhere } from '../administration/people.ts';
import { planSecondStepRemoval, stopSecondStepRemoval } from '../administration/second-step-removal.ts';
import { roles, tiers } from '../person.ts';
import { clientOf, type Door, personSchema } from './door.ts';

const inhabitant = personSchema.extend({
	suspendedAt: z.string().nullable(),
	sessions: z.number(),
	seenAt: z.string().nullable(),
	consentUntil: z.string().nullable(),
	secondStep: z.boolean(),
	secondStepRemovalAt: z.string().nullable(),
});
const invitation = z.object({
	id: z.string(),
	role: z.enum(roles),
	tier: z.enum(tiers),
	email: z.string().nullable(),
	by: z.object({ id: z.string(), name: z.string() }).nullable(),
	createdAt: z.string(),
	expiresAt: z.string(),
	ended: z.boolean(),
});
const id = params(z.object({ id: z.string().max(64) }));

/** For those who look after this Mana: its people and its invitations. */
export function administrationRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.get(
			'/people',
			answers('The people of this Mana', z.object({ people: z.array(inhabitant), total: z.number() })),
			query(
				z.object({
					search: z.string().max(254).optional(),
					role: z.enum(roles).optional(),
					suspended: z.stringbool().optional(),
					skip: z.coerce.number().int().min(0).default(0),
				}),
			),
			async (c) => {
				administrator(await present(c));
				return c.json(await listPeople(realm, c.req.valid('query')));
			},
		)
		.get('/people/:id', answers('One of them', z.object({ person: inhabitant })), id, async (c) => {
			administrator(await present(c));
			return c.json({ person: await findInhabitant(realm, c.req.valid('param').id) });
		})
		.patch(
			'/people/:id',
			answers('Change what somebody is here, shut them out or let them in again', z.object({ person: inhabitant })),
			id,
			body(z.object({ role: z.enum(roles).optional(), tier: z.enum(tiers).optional(), suspended: z.boolean().optional() })),
			async (c) => {
				const change = c.req.valid('json');
				const actor = administrator(await (change.role === undefined ? present(c) : proven(c)));
				const person = await changePerson(realm, actor, c.req.valid('param').id, change, clientOf(c));
				return c.json({ person });
			},
		)
		.delete('/people/:id/sessions', answers('Sign somebody out everywhere'), id, async (c) => {
			await signOutEverywhere(realm, administrator(await present(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/people/:id/second-step-removal',
			answers('Have the second step of somebody taken away who has lost it, after a day', z.object({ dueAt: z.string() }), 201),
			id,
			async (c) => {
				const actor = administrator(await proven(c));
				return c.json({ dueAt: await planSecondStepRemoval(realm, actor, c.req.valid('param').id, clientOf(c)) }, 201);
			},
		)
		.delete('/people/:id/second-step-removal', answers('Let somebody keep their second step'), id, async (c) => {
			await stopSecondStepRemoval(realm, administrator(await present(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.get(
			'/invitations',
			answers('Invitations that nobody has used', z.object({ invitations: z.array(invitation) })),
			async (c) => {
				administrator(await present(c));
				return c.json({ invitations: await openInvitations(realm) });
			},
		)
		.post('/invitations/:id/letters', answers('Send an invitation once more'), id, async (c) => {
			await resendInvitation(realm, administrator(await present(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.delete('/invitations/:id', answers('End an invitation'), id, async (c) => {
			await endInvitation(realm, administrator(await present(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}
