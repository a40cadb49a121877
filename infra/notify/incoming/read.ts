import { type IncomingMail, MOST_FILE_BYTES } from '@mana/service/mail-in';
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { textOfHtml, withoutQuotes } from './text.ts';

/** What a mail says, as far as it is handed over. */
export type ReadMail = Pick<IncomingMail, 'from' | 'at' | 'subject' | 'text' | 'calendars' | 'files' | 'left'>;

/** A mail that cannot be read at all. */
export class UnreadableMail extends Error {
	override readonly name = 'UnreadableMail';
}

const [MOST_SUBJECT, MOST_TEXT, MOST_CALENDAR, MOST_CALENDARS, MOST_FILES] = [1_000, 20_000, 100_000, 4, 50] as const;
const calendarTypes: readonly string[] = ['text/calendar', 'application/ics'];

/** Reads a mail (RFC 5322, MIME). @param cameAt when it came, in milliseconds since 1970 @throws UnreadableMail */
export async function readMail(raw: Uint8Array, cameAt: number): Promise<ReadMail> {
	const mail = await parsed(raw);
	const [calendars, others] = [mail.attachments.filter(isCalendar), mail.attachments.filter((one) => !isCalendar(one))];
	const from = mail.from?.address === undefined ? { name: '', address: '' } : mail.from;
	const files: IncomingMail['files'] = [];
	let [room, left] = [MOST_FILE_BYTES, 0];
	for (const one of others) {
		const bytes = bytesOf(one);
		// Pictures that belong to a signature or to the look of the mail are none of its files.
		if (one.related || bytes.length === 0) continue;
		if (bytes.length > room || files.length >= MOST_FILES) left++;
		else {
			files.push({
				name: oneLine(one.filename ?? '').slice(0, 200),
				type: one.mimeType,
				data: Buffer.from(bytes).toString('base64'),
			});
			room -= bytes.length;
		}
	}
	return {
		from: { name: oneLine(from.name).slice(0, 200), address: from.address },
		at: sentAt(mail.date, cameAt),
		subject: oneLine(mail.subject ?? '').slice(0, MOST_SUBJECT),
		text: withoutQuotes(mail.text ?? (mail.html === undefined ? '' : textOfHtml(mail.html))).slice(0, MOST_TEXT),
		calendars: [...new Set(calendars.map((one) => new TextDecoder().decode(bytesOf(one)).replaceAll(/\r\n?|\n/g, '\r\n')))]
			.filter((text) => text.length <= MOST_CALENDAR)
			.slice(0, MOST_CALENDARS),
		files,
		left,
	};
}

async function parsed(raw: Uint8Array): Promise<Email> {
	try {
		return await PostalMime.parse(raw);
	} catch (error) {
		throw new UnreadableMail(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/** Outlook and others send the message as a file, too, at times as nothing but bytes. */
function isCalendar({ mimeType, filename }: Attachment): boolean {
	return calendarTypes.includes(mimeType) || (mimeType === 'application/octet-stream' && /\.ics$/i.test(filename ?? ''));
}

function bytesOf({ content }: Attachment): Uint8Array {
	return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
}

function oneLine(text: string): string {
	return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Nobody writes a mail after it came. */
function sentAt(date: string | undefined, cameAt: number): number {
	const said = date === undefined ? Number.NaN : Date.parse(date);
	return Number.isNaN(said) ? cameAt : Math.max(0, Math.min(said, cameAt));
}
