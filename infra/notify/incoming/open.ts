import { ConfigError, type Logger, type ServiceIdentity } from '@mana/service';
import type { Registry } from 'prom-client';
import type { FindContact } from '../contacts.ts';
import { type SendParts, takeMessage } from '../send.ts';
import { Incoming } from './incoming.ts';
import { mailboxSettings } from './mailbox-settings.ts';
import { addressPattern } from './pattern.ts';
import { measureIncoming, statusOf } from './status.ts';
import { type IncomingRow, release } from './store.ts';

export interface OpenIncomingParts extends SendParts {
	readonly config: { readonly mailbox?: string | undefined; readonly mailTo?: string | undefined; readonly mailDone: string };
	readonly log: Logger;
	readonly registry: Registry;
	readonly identity: ServiceIdentity;
	readonly addressOf: (service: string) => string;
	readonly host: string;
	readonly findContact: FindContact;
	/** A message waits to be told. */
	readonly wake: () => void;
}

/** Begins to read the mailbox, where there is one. @throws ConfigError for one setting without the other */
export async function openIncoming(parts: OpenIncomingParts) {
	const { config, store, clock, random, log, registry, identity, addressOf, host } = parts;
	const { mailbox, mailTo } = config;
	if (mailbox === undefined || mailTo === undefined) {
		if (mailbox !== mailTo)
			throw new ConfigError('MANA_NOTIFY_MAILBOX and MANA_NOTIFY_MAIL_TO belong together: set both, or neither.');
		return { pattern: null, status: () => statusOf(store, null, null), close: async () => undefined };
	}
	const pattern = addressPattern(mailTo);
	if (store.engine === 'sqlite') await release(store.db);
	const count = measureIncoming(registry, () => incoming.state);
	const incoming: Incoming = new Incoming({
		settings: mailboxSettings(mailbox),
		done: config.mailDone,
		store,
		clock,
		random,
		log,
		pattern,
		identity,
		findContact: parts.findContact,
		addressOf,
		host: host.replace(/:\d+$/, ''),
		async ended(row, state, code) {
			count(row.kind, state);
			if (state === 'refused') await tellSender(parts, row, code);
		},
	});
	incoming.start();
	return { pattern, status: () => statusOf(store, incoming, pattern), close: () => incoming.close() };
}

const DAY_MS = 86_400_000;
const own: readonly string[] = ['task', 'invitation'];

/**
 * Tells people that a mail of theirs was not taken: in their inbox and by the ways that they chose, once a day at most, and only where it
 * came from their own address. Nobody else is written to, for whoever forges a sender would have us write to whom they like.
 */
async function tellSender(parts: OpenIncomingParts, row: IncomingRow, code: string): Promise<void> {
	const { clock, findContact, wake } = parts;
	if (!own.includes(row.kind)) return;
	const contact = await findContact(row.person, AbortSignal.timeout(10_000));
	if (contact?.address.toLowerCase() !== row.from_address) return;
	const day = Math.floor(clock.now() / DAY_MS);
	await takeMessage(parts, 'mana-notify', {
		topic: 'mail-refused',
		to: { person: row.person },
		// The same words all day, so that the second one is known.
		data: { what: row.kind, why: code, link: '/settings/mail' },
		key: `mail-refused ${row.person} ${row.kind} ${code} ${day}`,
	});
	wake();
}
