import { answers, guard, problem, roles, type ServiceEnv, type VerifyToken } from '@mana/service';
import { Hono } from 'hono';
import PostalMime from 'postal-mime';
import { z } from 'zod';
import type { Outbox } from '../channels/outbox.ts';

const SHOWN = 100;

const mail = z.object({ id: z.string(), at: z.number(), to: z.string(), subject: z.string(), text: z.string() });

/** Mails that could not leave because this Mana has no SMTP server, for its owner alone: they hold other people's links. */
export function outboxRoutes(outbox: Outbox | null, verifyToken: VerifyToken) {
	return new Hono<ServiceEnv>()
		.get(
			'/v1/outbox',
			guard(verifyToken),
			roles('owner'),
			answers(
				'Whether mails leave by SMTP, and the newest ones that wait in the outbox instead',
				z.object({ smtp: z.boolean(), mails: z.array(mail) }),
			),
			async (c) => c.json({ smtp: outbox === null, mails: outbox === null ? [] : await newest(outbox) }),
		)
		.get(
			'/v1/outbox/:id',
			guard(verifyToken),
			roles('owner'),
			answers('The mail as a file, for a mail program', z.string()),
			async (c) => {
				const bytes = (await outbox?.read(c.req.param('id'))) ?? null;
				if (bytes === null) throw unknownMail();
				return c.body(bytes, 200, {
					'content-type': 'message/rfc822',
					'content-disposition': `attachment; filename="${c.req.param('id')}.eml"`,
				});
			},
		)
		.delete('/v1/outbox/:id', guard(verifyToken), roles('owner'), answers('Throws the mail away'), async (c) => {
			if (!(await outbox?.remove(c.req.param('id')))) throw unknownMail();
			return c.body(null, 204);
		});
}

async function newest(outbox: Outbox): Promise<z.output<typeof mail>[]> {
	const mails = (await outbox.list()).slice(0, SHOWN).map(async ({ id, at }) => {
		const bytes = await outbox.read(id);
		// Thrown away in this moment.
		if (bytes === null) return [];
		const { to, subject, text } = await PostalMime.parse(bytes);
		return [{ id, at, to: to?.map(({ address }) => address).join(', ') ?? '', subject: subject ?? '', text: text ?? '' }];
	});
	return (await Promise.all(mails)).flat();
}

function unknownMail() {
	return problem(404, 'unknown-mail', 'There is no such mail in the outbox (any more).');
}
