import { mailKinds } from '@mana/schema';
import { call, Problem, type ServiceIdentity } from '@mana/service';
import type { IncomingMail } from '@mana/service/mail-in';
import type { Clock } from '@mana/store';
import type { FindContact } from '../contacts.ts';
import type { NotifyStore } from '../store.ts';
import { addressByToken } from './addresses.ts';
import type { Mailbox } from './mailbox.ts';
import type { AddressPattern } from './pattern.ts';
import { readMail, UnreadableMail } from './read.ts';
import type { IncomingRow } from './store.ts';

/** What became of handing a mail over. */
export type HandedOver =
	| { readonly kind: 'taken' }
	/** It will never be taken. @property code of the reason, for words of its own */
	| { readonly kind: 'refused'; readonly code: string; readonly reason: string }
	/** Not this time. */
	| { readonly kind: 'later'; readonly reason: string };

export interface HandOverParts {
	readonly store: Pick<NotifyStore, 'db'>;
	readonly clock: Clock;
	readonly pattern: AddressPattern;
	readonly identity: ServiceIdentity;
	readonly findContact: FindContact;
	/** Where a service is that takes mails. */
	readonly addressOf: (service: string) => string;
}

/** A service may have to write a large file. */
const send = call({ timeoutMs: 60_000 });

/** Fetches a mail, reads it and hands it to the service whose address it came to. @throws when the mailbox is lost */
export async function handOver(parts: HandOverParts, mailbox: Mailbox, row: IncomingRow): Promise<HandedOver> {
	const { store, pattern } = parts;
	const address = await addressByToken(store.db, row.token);
	if (!address) return { kind: 'refused', code: 'address-ended', reason: 'The address was taken back meanwhile.' };
	const raw = await mailbox.source(row.uid);
	if (raw === null) return { kind: 'refused', code: 'mail-gone', reason: 'The mail is in the mailbox no more.' };
	try {
		const read = await readMail(raw, row.at);
		const { files, of } = mailKinds[address.kind];
		// Who a guest is nobody asks: the address says it.
		const contact = of === 'person' ? await parts.findContact(address.person, AbortSignal.timeout(10_000)) : null;
		const mail: IncomingMail = {
			...read,
			...(files ? {} : { files: [], left: 0 }),
			own: contact?.address.toLowerCase() === read.from.address.toLowerCase(),
			key: row.key,
			kind: address.kind,
			person: address.person,
			about: address.about,
			address: pattern.addressOf(row.token),
		};
		await post(parts, mail);
		return { kind: 'taken' };
	} catch (error) {
		if (error instanceof UnreadableMail) return { kind: 'refused', code: 'mail-unreadable', reason: error.message };
		const reason = error instanceof Problem ? error.detail : error instanceof Error ? error.message : String(error);
		if (error instanceof Problem && isFinal(error)) return { kind: 'refused', code: error.code, reason };
		return { kind: 'later', reason };
	}
}

/** What a service says of the mail itself, and not of the way to it. */
function isFinal({ status }: Problem): boolean {
	return status === 409 || status === 410 || status === 413 || status === 422;
}

async function post({ identity, addressOf }: HandOverParts, mail: IncomingMail): Promise<void> {
	const { taker } = mailKinds[mail.kind];
	const response = await send(`${addressOf(taker)}/v1/mails`, {
		method: 'POST',
		headers: { authorization: `Bearer ${await identity.token(taker)}`, 'content-type': 'application/json' },
		body: JSON.stringify(mail),
	});
	if (!response.ok) throw new Error(`${taker} answered ${response.status}.`);
}
