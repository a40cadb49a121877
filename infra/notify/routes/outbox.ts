import { answers, guard, Problem, problem, roles, type ServiceEnv, type VerifyToken } from '@mana/service';
import { Hono } from 'hono';
import PostalMime from 'postal-mime';
import { z } from 'zod';
import type { SendWritten } from '../channels/email.ts';
import type { Outbox } from '../channels/outbox.ts';

const SHOWN = 100;

const mail = z.object({ id: z.string(), at: z.number(), to: z.string(), subject: z.string(), text: z.string() });

export interface OutboxRouteParts {
	readonly outbox: Outbox;
	/** By the SMTP server; `null`: there is none. */
	readonly sendWritten: SendWritten | null;
	readonly verifyToken: VerifyToken;
}

/** Mails that could not leave because this Mana has, or had, no SMTP server, for its owner alone: they hold other people's links. */
export function outboxRoutes({ outbox, sendWritten, verifyToken }: OutboxRouteParts) {
	return new Hono<ServiceEnv>()
		.get(
			'/v1/outbox',
			guard(verifyToken),
			roles('owner'),
			answers(
				'Whether mails leave by SMTP, and the newest ones that wait in the outbox',
				z.object({ smtp: z.boolean(), mails: z.array(mail) }),
			),
			async (c) => c.json({ smtp: sendWritten !== null, mails: await newest(outbox) }),
		)
		.get(
			'/v1/outbox/:id',
			guard(verifyToken),
			roles('owner'),
			answers('The mail as a file, for a mail program', z.string()),
			async (c) => {
				const bytes = await outbox.read(c.req.param('id'));
				if (bytes === null) throw unknownMail();
				return c.body(bytes, 200, {
					'content-type': 'message/rfc822',
					'content-disposition': `attachment; filename="${c.req.param('id')}.eml"`,
				});
			},
		)
		.post(
			'/v1/outbox/:id/sending',
			guard(verifyToken),
			roles('owner'),
			answers('Sends the mail by the SMTP server that there is now, and takes it out of the outbox'),
			async (c) => {
				await send(outbox, sendWritten, c.req.param('id'));
				return c.body(null, 204);
			},
		)
		.delete('/v1/outbox/:id', guard(verifyToken), roles('owner'), answers('Throws the mail away'), async (c) => {
			if (!(await outbox.remove(c.req.param('id')))) throw unknownMail();
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

/** @throws Problem 404 `unknown-mail`, 409 `no-mail-server`, 502 `mail-not-sent` */
async function send(outbox: Outbox, sendWritten: SendWritten | null, id: string): Promise<void> {
	const bytes = await outbox.read(id);
	if (bytes === null) throw unknownMail();
	if (sendWritten === null)
		throw problem(409, 'no-mail-server', 'This Mana has no mail server yet. Set MANA_NOTIFY_SMTP and start it again.');
	const { to } = await PostalMime.parse(bytes);
	try {
		const outcome = await sendWritten(bytes, to?.[0]?.address ?? '');
		if (outcome.kind !== 'delivered') throw problem(502, 'mail-not-sent', `The mail server did not take it: ${outcome.reason}`);
	} catch (error) {
		if (error instanceof Problem) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw problem(502, 'mail-not-sent', `Perhaps the mail server has it, for the connection broke off: ${reason}`, {
			cause: error,
		});
	}
	await outbox.remove(id);
}

function unknownMail() {
	return problem(404, 'unknown-mail', 'There is no such mail in the outbox (any more).');
}
