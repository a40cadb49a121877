import { type MailKindName, mailKindNames, ownMailKinds } from '@mana/schema';
import {
	answers,
	body,
	guard,
	guardService,
	params,
	roles,
	type ServiceEnv,
	type ServiceIdentity,
	type VerifyToken,
} from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { addressesOf, addressOfThing, type AddressParts, endAddress, ownAddresses, renewAddress } from '../incoming/addresses.ts';
import { incomingStatus } from '../incoming/status.ts';

const ownKind = params(z.object({ kind: z.enum(ownMailKinds as [MailKindName]) }));
const given = z.object({ address: z.string() });

export interface MailAddressRouteParts extends AddressParts {
	readonly verifyToken: VerifyToken;
	readonly identity: ServiceIdentity;
	readonly status: () => Promise<z.output<typeof incomingStatus>>;
}

/** The addresses at which mail is taken: each person's own, and those that services have made for things of theirs. */
export function mailAddressRoutes({ verifyToken, identity, status, ...parts }: MailAddressRouteParts) {
	const signedIn = guard(verifyToken);
	return new Hono<ServiceEnv & { Variables: { service: string } }>()
		.get('/v1/mail-addresses', signedIn, answers('Your addresses', ownAddresses), async (c) =>
			c.json(await addressesOf(parts, c.get('person').id)),
		)
		.put('/v1/mail-addresses/:kind', signedIn, ownKind, answers('Gives you a new address', given), async (c) =>
			c.json({ address: await renewAddress(parts, c.get('person').id, c.req.valid('param').kind) }),
		)
		.delete('/v1/mail-addresses/:kind', signedIn, ownKind, answers('Ends your address', null, 204), async (c) => {
			await endAddress(parts, c.get('person').id, c.req.valid('param').kind);
			return c.body(null, 204);
		})
		.post(
			'/v1/mail-addresses',
			guardService(identity),
			body(
				z.strictObject({
					kind: z.enum(mailKindNames),
					about: z.string().min(1).max(200),
					person: z.string().min(1).max(64),
				}),
			),
			answers('For services: the address for a thing of theirs', z.object({ address: z.string().nullable() })),
			async (c) => c.json({ address: await addressOfThing(parts, c.get('service'), c.req.valid('json')) }),
		)
		.get(
			'/v1/incoming',
			guard(verifyToken),
			roles('owner'),
			answers('How it stands with the mail that comes in', incomingStatus),
			async (c) => c.json(await status()),
		);
}
