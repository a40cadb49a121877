import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { assertionAnswer } from '../passkey-answers.ts';
import { assertionOptions } from '../passkeys.ts';
import { proofMethods, proofsOf, proveCode, provePasskey, provePassword } from '../proofs.ts';
import { clientOf, codeInput, type Door, passwordInput } from './door.ts';

const given = z.union([
	z.strictObject({ password: passwordInput }),
	z.strictObject({ code: codeInput }),
	z.strictObject({ passkey: assertionAnswer }),
]);
const proofs = z.object({ methods: z.array(z.enum(proofMethods)), until: z.string().nullable() });

/** Proving once more who one is, before a dangerous step. */
export function proofRoutes({ realm, present }: Door) {
	return new Hono<ServiceEnv>()
		.get('/proofs', answers('By what one can prove oneself, and until when the last proof counts', proofs), async (c) =>
			c.json(await proofsOf(realm, await present(c))),
		)
		.post(
			'/proofs/passkey-options',
			answers('What a browser needs to prove it by a passkey', z.looseObject({ challenge: z.string() })),
			async (c) => {
				const { person, session } = await present(c);
				return c.json(await assertionOptions(realm, 'prove', session.id, person.id));
			},
		)
		.post('/proofs', answers('Prove it by the password, a code or a passkey', proofs), body(given), async (c) => {
			const presence = await present(c);
			const given = c.req.valid('json');
			if ('password' in given) await provePassword(realm, presence, given.password, clientOf(c));
			else if ('passkey' in given) await provePasskey(realm, presence, given.passkey, clientOf(c));
			else await proveCode(realm, presence, given.code, clientOf(c));
			return c.json(await proofsOf(realm, presence));
		});
}
