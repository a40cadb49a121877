import { defineService, secret } from '@mana/service';
import { openStore } from '@mana/store';
import { join } from 'node:path';
import { z } from 'zod';
import type { Channel } from './channels/channel.ts';
import { emailChannel, type Sender } from './channels/email.ts';
import { smtpOptions } from './channels/mail-settings.ts';
import { openOutbox, type Outbox } from './channels/outbox.ts';
import { contactsAt } from './contacts.ts';
import { deliver } from './deliver.ts';
import { planDue } from './inbox.ts';
import { countEndings } from './metrics.ts';
import { migrations } from './migrations.ts';
import { Queue } from './queue.ts';
import { outboxRoutes } from './routes/outbox.ts';
import { sendingRoutes } from './routes/sending.ts';
import type { Tables } from './store.ts';

/** Tells people what the other services have to say: by mail, and by whatever else reaches them. */
export const service = defineService({
	name: 'mana-notify',
	config: {
		smtp: secret(
			z
				.url({ protocol: /^smtps?$/ })
				.optional()
				.describe('smtps://USER:PASSWORD@HOST, or smtp:// for STARTTLS; without it mails stay in the outbox'),
		),
		from: z.email().optional().describe('the address that mails come from; by default mana@ the host of the public address'),
	},
	limits: { bodyBytes: 64 * 1024 },
	async open({ config, home, databaseUrl, publicUrl, clock, random, log, registry, addressOf, identity, verifyToken }) {
		const host = new URL(publicUrl).host;
		const sender: Sender = { from: config.from ?? `mana@${hostname(publicUrl)}`, name: 'Mana', host };
		const outbox = config.smtp === undefined ? await openOutbox(join(home, 'mana-notify', 'outbox'), sender) : null;
		const channels: readonly Channel[] = [mailChannel(config.smtp, sender, outbox)];
		const store = await openStore<Tables>({ service: 'mana-notify', home, databaseUrl, migrations, clock });
		const parts = { store, clock, random };
		const count = countEndings(registry);
		const findContact = contactsAt(addressOf('mana-auth'), identity);
		const queue = new Queue({
			...parts,
			channels,
			log,
			planDue: () => planDue(parts),
			deliver: (delivery, channel, attempt) => deliver({ store, findContact, publicUrl }, delivery, channel, attempt),
			ended(delivery, ending, state) {
				count(delivery.channel, ending.kind);
				if (state === 'failed' || state === 'doubtful')
					log.error({ delivery: delivery.id, channel: delivery.channel, ending }, `a delivery is ${state}`);
			},
		});
		await queue.start();
		return {
			routes: (app) =>
				app
					.route('/', sendingRoutes({ ...parts, identity, wake: () => queue.wake() }))
					.route('/', outboxRoutes(outbox, verifyToken)),
			ready: () => store.db.selectFrom('message').select('id').limit(1).execute(),
			async close() {
				await queue.stop();
				for (const channel of channels) channel.close();
				await store.close();
			},
		};
	},
});

function mailChannel(smtp: string | undefined, sender: Sender, outbox: Outbox | null): Channel {
	if (smtp !== undefined) return emailChannel(sender, smtpOptions(smtp));
	if (outbox !== null) return outbox.channel;
	throw new TypeError('Without an SMTP server there is an outbox.');
}

/** A mail address has no port, and a bare name without a dot is none that other servers would take. */
function hostname(publicUrl: string): string {
	const { hostname: name } = new URL(publicUrl);
	return name.includes('.') ? name.replace(/^\[(.*)\]$/, '$1') : `${name}.localdomain`;
}

if (import.meta.main) await service.run();
