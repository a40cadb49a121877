import { createTransport, type SendMailOptions } from 'nodemailer';
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import { z } from 'zod';
import { letterOf } from '../letter.ts';
import type { CalendarPart } from '../words/content.ts';
import type { Channel, Outcome, Parcel } from './channel.ts';

/** What every mail has in common. */
export interface Sender {
	/** The address in `From`. */
	readonly from: string;
	/** The name in `From`. */
	readonly name: string;
	/** Where this Mana is, for the small print and the Message-ID. */
	readonly host: string;
}

/** Sends a mail that was written before, as it is. @param to its reader's address */
export type SendWritten = (mail: Uint8Array, to: string) => Promise<Outcome>;

/** Mail by SMTP (RFC 5321). However often one is sent, it has the same Message-ID, by which mailboxes tell a second one from the first. */
export function emailChannel(
	sender: Sender,
	options: SMTPTransportOptions,
): { readonly channel: Channel; readonly sendWritten: SendWritten } {
	const transport = createTransport({ ...options, disableFileAccess: true, disableUrlAccess: true });
	const send = async (mail: SendMailOptions): Promise<Outcome> => {
		try {
			const { messageId } = await transport.sendMail(mail);
			return { kind: 'delivered', receipt: messageId };
		} catch (error) {
			return outcomeOf(error);
		}
	};
	return {
		channel: {
			name: 'email',
			repeatable: true,
			concurrency: 4,
			async send(parcel, { signal, handing }) {
				await handing();
				return send({ ...mailOf(parcel, sender), signal });
			},
			close: () => transport.close(),
		},
		sendWritten: (mail, to) => send({ envelope: { from: sender.from, to }, raw: Buffer.from(mail) }),
	};
}

/** The mail that a parcel becomes. nodemailer encodes its headers (RFC 2047) and lets no line break into them. */
export function mailOf(
	{ id, target, content, language, at, unsubscribe }: Parcel,
	{ from, name, host }: Sender,
): SendMailOptions {
	return {
		from: { name, address: from },
		to: { name: '', address: z.string().parse(target) },
		subject: content.subject,
		...letterOf(content, language, host, unsubscribe),
		...(content.calendar && calendarParts(content.calendar)),
		messageId: `<${id}@${host.replace(/:\d+$/, '')}>`,
		date: new Date(at),
		headers: {
			'Content-Language': language,
			'Auto-Submitted': 'auto-generated',
			'X-Auto-Response-Suppress': 'All',
			...(unsubscribe && {
				'List-Unsubscribe': `<${unsubscribe.link}>`,
				'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
			}),
		},
		disableFileAccess: true,
		disableUrlAccess: true,
	};
}

/** The message beside the text (so that mail programs offer to answer it) and as a file (so that all others can open it); RFC 6047 §2.4. */
function calendarParts({ text, replyTo }: CalendarPart): Pick<SendMailOptions, 'icalEvent' | 'replyTo'> {
	const method = /^METHOD:(\w+)\r$/m.exec(text)?.[1] ?? 'REQUEST';
	return { replyTo, icalEvent: { method, content: text, filename: 'invite.ics' } };
}

/** Commands after which a server may have the mail; at every other one it certainly does not. */
const handedOver: readonly string[] = ['DATA', 'BDAT'];

/** What nodemailer says of a failure: its kind, the command that was under way, and the server's reply code where it gave one. */
const smtpFailure = z.object({
	code: z.string().optional(),
	command: z.string().optional(),
	responseCode: z.number().optional(),
	message: z.string(),
});

/** @throws what leaves open whether the mail arrived */
function outcomeOf(error: unknown): Outcome {
	const failure = smtpFailure.safeParse(error);
	if (!failure.success) throw error;
	const { code, command, responseCode, message: reason } = failure.data;
	// The way in is wrong, not the mail: whoever runs this Mana can put it right.
	if (code === 'EAUTH' || code === 'ETLS' || code === 'ECONFIG') return { kind: 'later', reason };
	if (responseCode !== undefined)
		return responseCode >= 500 && responseCode !== 503 ? { kind: 'refused', reason } : { kind: 'later', reason };
	if (code === 'EENVELOPE' || code === 'EMESSAGE') return { kind: 'refused', reason };
	if (command !== undefined && !handedOver.includes(command)) return { kind: 'later', reason };
	throw error;
}
