import { answers, body, guard, query, type ServiceEnv, type VerifyToken } from '@mana/service';
import { rateLimit, spend } from '@mana/service/rate-limit';
import { Hono } from 'hono';
import { z } from 'zod';
import {
	accountCard,
	accountChangeSchema,
	type Accounts,
	choiceSchema,
	connectedSchema,
	folderCard,
	newAccountSchema,
	recordsSchema,
} from './accounts.ts';

/** How often somebody may have a server of others asked: at once, and one more after so long, in ms. Guessing passwords there is no use of ours. */
const LIMIT = { burst: 20, refillMs: 30_000 } as const;

export interface AccountRouteParts {
	readonly accounts: Accounts;
	readonly verifyToken: VerifyToken;
	readonly clock: { now(): number };
	/** Something is to be looked at now. */
	readonly look: () => void;
}

/** Accounts that a person has elsewhere, each person's own. */
export function accountRoutes({ accounts, verifyToken, clock, look }: AccountRouteParts) {
	const signedIn = guard(verifyToken);
	const limit = rateLimit({ ...LIMIT, clock });
	const folders = z.object({ folders: z.array(folderCard) });
	return new Hono<ServiceEnv>()
		.get('/v1/elsewhere', signedIn, answers('Your accounts elsewhere', z.object({ accounts: z.array(accountCard) })), async (c) =>
			c.json({ accounts: await accounts.list(c.get('person').id) }),
		)
		.post(
			'/v1/elsewhere',
			signedIn,
			body(z.union([newAccountSchema, connectedSchema])),
			answers('Adds an account, by a password or connected at a provider', folders.extend({ account: accountCard }), 201),
			async (c) => {
				const [person, asked] = [c.get('person').id, c.req.valid('json')];
				spend(limit, person);
				if (!('connection' in asked)) return c.json(await accounts.add(person, asked), 201);
				const added = await accounts.connect(person, asked);
				// It may have been here already, and goes on now.
				look();
				return c.json(added, 201);
			},
		)
		.patch(
			'/v1/elsewhere/:id',
			signedIn,
			body(accountChangeSchema),
			answers('Pauses an account or goes on with it, or gives it another password', accountCard),
			async (c) => {
				spend(limit, c.get('person').id);
				const changed = await accounts.change(c.get('person').id, c.req.param('id'), c.req.valid('json'));
				look();
				return c.json(changed);
			},
		)
		.delete(
			'/v1/elsewhere/:id',
			signedIn,
			query(z.object({ records: recordsSchema })),
			answers('Removes an account here; what came of it stays, or goes to the trash'),
			async (c) => {
				await accounts.remove(c.get('person').id, c.req.param('id'), c.req.valid('query').records);
				return c.body(null, 204);
			},
		)
		.get('/v1/elsewhere/:id/folders', signedIn, answers('What there is in an account', folders), async (c) => {
			spend(limit, c.get('person').id);
			return c.json({ folders: await accounts.folders(c.get('person').id, c.req.param('id')) });
		})
		.put(
			'/v1/elsewhere/:id/folders',
			signedIn,
			body(choiceSchema),
			answers('Says what of an account is kept here, too', accountCard),
			async (c) => {
				spend(limit, c.get('person').id);
				const chosen = await accounts.choose(c.get('person').id, c.req.param('id'), c.req.valid('json'));
				look();
				return c.json(chosen);
			},
		)
		.post(
			'/v1/elsewhere/:id/folders/:link/losses',
			signedIn,
			answers('Lets what is gone from a folder there go to the trash here', null, 202),
			async (c) => {
				spend(limit, c.get('person').id);
				await accounts.letGo(c.get('person').id, c.req.param('id'), c.req.param('link'));
				look();
				return c.body(null, 202);
			},
		)
		.post('/v1/elsewhere/:id/rounds', signedIn, answers('Looks at an account as soon as may be', null, 202), async (c) => {
			spend(limit, c.get('person').id);
			await accounts.wake(c.get('person').id, c.req.param('id'));
			look();
			return c.body(null, 202);
		});
}
