import { type MailKindName, mailKindNames } from '@mana/schema';
import { Hono } from 'hono';
import { z } from 'zod';
import { call } from './client.ts';
import { problem } from './problem.ts';
import type { ServiceEnv } from './request.ts';
import { answers, body } from './routes.ts';
import { guardService, type ServiceIdentity } from './service-token.ts';

/** The service that reads the mailbox. */
const reader = 'mana-notify';

/** Bytes of all files of a mail that are handed over; more than that stay in the mailbox. */
export const MOST_FILE_BYTES = 20 * 1024 * 1024;
/** How large a body has to be for a service that wants the files of mails, in bytes. */
export const mailBodyBytes = MOST_FILE_BYTES * 1.4 + 1024 * 1024;

/** A mail that came to an address of this Mana, read. */
export const incomingMail = z.strictObject({
	/** Names the mail: handed over again it has the same one. */
	key: z.string().min(1).max(128),
	kind: z.enum(mailKindNames),
	/** Whose address it is. */
	person: z.string(),
	/** What the taker had the address made for; empty for a person's own. */
	about: z.string(),
	/** The address by which it came. */
	address: z.string(),
	from: z.strictObject({ name: z.string(), address: z.string() }),
	/** Whether it says that it is from the address of the person's account. */
	own: z.boolean(),
	/** When its sender says that it was sent, else when it came; ms since 1970. */
	at: z.number(),
	subject: z.string(),
	/** What it says, without what it quotes and without a signature. */
	text: z.string(),
	/** Calendar objects in it (RFC 5545), each once. */
	calendars: z.array(z.string()),
	/** Of the kinds whose taker wants them (`schema/mail-in.ts`). */
	files: z.array(z.strictObject({ name: z.string(), type: z.string(), data: z.base64() })),
	/** How many files were too large to be handed over. */
	left: z.number(),
});
export type IncomingMail = z.infer<typeof incomingMail>;

/**
 * By which a service takes mails. What it throws decides: a Problem of 4xx says that this mail will never be taken, everything else has
 * it handed over again later, so `take` does the same for the same key once.
 *
 * @param take @returns what was done, in a word
 */
export function mailInRoute(identity: ServiceIdentity, take: (mail: IncomingMail) => Promise<string>) {
	return new Hono<ServiceEnv & { Variables: { service: string } }>().post(
		'/v1/mails',
		guardService(identity),
		body(incomingMail),
		answers('For mana-notify: takes a mail that came to an address of this Mana', z.object({ did: z.string() })),
		async (c) => {
			if (c.get('service') !== reader) throw problem(403, 'service-not-allowed', `Only ${reader} hands over mails.`);
			return c.json({ did: await take(c.req.valid('json')) });
		},
	);
}

/** How a service has addresses made at which mail is taken for it. */
export interface MailAddresses {
	/**
	 * The address for a thing of this service's; asked again, the same one.
	 *
	 * @returns `null`: this Mana reads no mailbox
	 * @throws Problem 503 while mana-notify is away
	 */
	addressFor(kind: MailKindName, about: string, person: string): Promise<string | null>;
}

const given = z.object({ address: z.string().nullable() });

/** @param address of mana-notify */
export function openMailAddresses(address: string, identity: ServiceIdentity): MailAddresses {
	const send = call();
	return {
		async addressFor(kind, about, person) {
			const response = await send(`${address}/v1/mail-addresses`, {
				method: 'POST',
				headers: { authorization: `Bearer ${await identity.token(reader)}`, 'content-type': 'application/json' },
				body: JSON.stringify({ kind, about, person }),
			});
			return given.parse(await response.json()).address;
		},
	};
}
