import { type ParsedMail, simpleParser } from 'mailparser';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../dav/world.fixture.ts';

const parsed = new Map<string, ParsedMail>();

/** The mails to somebody that a Mana without an SMTP server has written, the newest first. */
export async function mails({ home }: World, to: string): Promise<ParsedMail[]> {
	const folder = join(home, 'mana-notify', 'outbox');
	const files = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
	for (const file of files) if (!parsed.has(file)) parsed.set(file, await simpleParser(await readFile(join(folder, file))));
	return [...parsed]
		.filter(([file, mail]) => files.includes(file) && [mail.to].flat().some((one) => one?.value[0]?.address === to))
		.toSorted(([a], [b]) => Number(b.split('-')[0]) - Number(a.split('-')[0]))
		.map(([, mail]) => mail);
}

/** The calendar message that a mail carries. */
export function messageIn(mail: ParsedMail): string {
	return mail.attachments.find(({ contentType }) => contentType === 'application/ics')?.content.toString() ?? '';
}

/** What the link of a mail proves. */
export function tokenIn(mail: ParsedMail): string {
	return /#token=([\w-]+)/.exec(mail.text ?? '')![1]!;
}
