import { type MailKindName, mailKindNames } from '@mana/schema';
import { Counter, Gauge, type Registry } from 'prom-client';
import { z } from 'zod';
import type { NotifyStore } from '../store.ts';
import type { Incoming } from './incoming.ts';
import type { AddressPattern } from './pattern.ts';
import { troubled } from './store.ts';

/** How it stands with the mail that comes in, for whoever runs this Mana. What the mails say is nobody's business but their reader's. */
export const incomingStatus = z.object({
	/** `off`: there is no mailbox. */
	state: z.enum(['off', 'connecting', 'open', 'elsewhere', 'lost']),
	/** Since when, in milliseconds since 1970; `null`: nobody knows. */
	since: z.number().nullable(),
	reason: z.string().nullable(),
	/** In what form addresses are; `null`: there is no mailbox. */
	pattern: z.string().nullable(),
	mails: z.array(
		z.object({
			id: z.string(),
			kind: z.enum(mailKindNames),
			from: z.string(),
			at: z.number(),
			state: z.enum(['waiting', 'refused']),
			reason: z.string(),
		}),
	),
});

export async function statusOf(
	store: Pick<NotifyStore, 'db'>,
	incoming: Incoming | null,
	pattern: AddressPattern | null,
): Promise<z.output<typeof incomingStatus>> {
	const state = incoming?.state ?? ({ kind: 'off' } as const);
	return {
		state: state.kind,
		since: 'since' in state ? state.since : null,
		reason: 'reason' in state ? state.reason : null,
		pattern: pattern?.text ?? null,
		mails: (await troubled(store.db)).map((row) => ({
			id: row.key,
			kind: row.kind,
			from: row.from_address,
			at: row.at,
			state: row.state === 'refused' ? 'refused' : 'waiting',
			reason: row.reason ?? '',
		})),
	};
}

/** Counts what became of mails, and shows whether the mailbox is read. @returns what to call at each mail */
export function measureIncoming(
	registry: Registry,
	state: () => Incoming['state'],
): (kind: MailKindName, ending: string) => void {
	const open: Gauge = new Gauge({
		name: 'notify_mailbox_open',
		help: '1 while the mailbox is read, by this process or another one; 0 while it cannot be.',
		registers: [registry],
		collect: () => open.set(['open', 'elsewhere'].includes(state().kind) ? 1 : 0),
	});
	const mails = new Counter({
		name: 'notify_mails_in_total',
		help: 'Mails that came in to addresses of this Mana, by kind and what became of them.',
		labelNames: ['kind', 'ending'],
		registers: [registry],
	});
	return (kind, ending) => mails.inc({ kind, ending });
}
