import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { proofMethods, proofsOf, proveCode, provePassword } from '../proofs.ts';
import { clientOf, codeInput, type Door, passwordInput } from './door.ts';

const proofs = z.object({ methods: z.array(z.enum(proofMethods)), until: z.string().nullable() });

/** Proving once more who one is, before a dangerous step. */
export function proofRoutes({ realm, present }: Door) {
	return new Hono<ServiceEnv>()
		.get('/proofs', answers('By what one can prove oneself, and until when the last proof counts', proofs), async (c) =>
			c.json(await proofsOf(realm, await present(c))),
		)
		.post(
			'/proofs',
			answers('Prove it by the password, or by a code', proofs),
			body(z.union([z.strictObject({ password: passwordInput }), z.strictObject({ code: codeInput })])),
			async (c) => {
				const presence = await present(c);
				const given = c.req.valid('json');
				if ('password' in given) await provePassword(realm, presence, given.password, clientOf(c));
				else await proveCode(realm, presence, given.code, clientOf(c));
				return c.json(await proofsOf(realm, presence));
			},
		);
}
