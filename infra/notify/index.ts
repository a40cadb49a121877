import { defineService, Memberships, openEgress, secret } from '@mana/service';
import { follow, openSpaceWriter } from '@mana/service/projection/index';
import { openStore } from '@mana/store';
import { join } from 'node:path';
import { z } from 'zod';
import { type BesideTables, eraseRoute, exportRoute, type Leaver } from '@mana/service/leaving';
import { notifyLeaving } from './leaving.ts';
import { appriseChannel } from './channels/apprise.ts';
import type { Channel } from './channels/channel.ts';
import { emailChannel, type Sender } from './channels/email.ts';
import { inboxChannel } from './channels/inbox.ts';
import { smtpOptions } from './channels/mail-settings.ts';
import { matrixChannel } from './channels/matrix.ts';
import { ntfyChannel } from './channels/ntfy.ts';
import { openOutbox, type Outbox } from './channels/outbox.ts';
import { pushChannel } from './channels/push.ts';
import { webhookChannel } from './channels/webhook.ts';
import { contactsAt } from './contacts.ts';
import { deliver } from './deliver.ts';
import { planDue, takeOver } from './inbox.ts';
import { openIncoming } from './incoming/open.ts';
import { linkKey, vapidKeys } from './keys.ts';
import { countEndings } from './metrics.ts';
import { dropEntries, keepEntries, pruneInboxes } from './inbox-entries.ts';
import { migrationsWith } from './migrations.ts';
import { noteEnding } from './own-channels.ts';
import { Queue } from './queue.ts';
import { channelRoutes } from './routes/channels.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { planRoutes } from './routes/plans.ts';
import { mailAddressRoutes } from './routes/mail-addresses.ts';
import { outboxRoutes } from './routes/outbox.ts';
import { sendingRoutes } from './routes/sending.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { type Tables, tryInboxes } from './store.ts';
import { dropWishes, followed, keepWishes } from './wishes.ts';

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
		mailbox: secret(
			z
				.url({ protocol: /^imaps?$/ })
				.optional()
				.describe('imaps://USER:PASSWORD@HOST/FOLDER, or imap:// for STARTTLS, where mail comes in; without it none does'),
		),
		mailTo: z
			.string()
			.optional()
			.describe('the addresses whose mail lies in that mailbox, with a star: mana+*@example.org, or *@mana.example.org'),
		mailDone: z
			.string()
			.min(1)
			.default('Mana')
			.describe('the folder of that mailbox into which mails are moved that were dealt with'),
		privateTargets: z
			.boolean()
			.default(false)
			.describe('whether people may have messages sent to servers in the private network, as an ntfy at home'),
	},
	// A calendar message goes along with some mails.
	limits: { bodyBytes: 160 * 1024 },
	async open({ config, home, databaseUrl, publicUrl, clock, random, log, registry, addressOf, identity, sealing, verifyToken }) {
		const host = new URL(publicUrl).host;
		const sender: Sender = { from: config.from ?? `mana@${hostname(publicUrl)}`, name: 'Mana', host };
		// Also with an SMTP server: what was written before there was one waits there.
		const outbox = await openOutbox(join(home, 'mana-notify', 'outbox'), sender);
		const smtp = config.smtp === undefined ? null : emailChannel(sender, smtpOptions(config.smtp));
		const migrations = migrationsWith(sealing);
		const store = await openStore<Tables>({ service: 'mana-notify', home, databaseUrl, migrations, clock });
		const keys = await vapidKeys(store, random);
		const signing = await linkKey(store, random);
		const reach = openEgress({ allowPrivate: config.privateTargets });
		const sync = { address: addressOf('mana-sync'), identity };
		const lost = (error: unknown) => log.warn({ err: error }, 'mana-sync is not heard; it is tried again');
		/** Before there is a queue nothing has to be woken: it begins with what is due. */
		let wake = (): void => undefined;
		const memberships = new Memberships({
			...sync,
			clock,
			lost,
			opened() {
				tryInboxes(store.db, clock.now()).then(
					() => wake(),
					(error: unknown) => log.error({ err: error }, 'what waits for an inbox is tried later'),
				);
			},
		});
		const writer = await openSpaceWriter<Tables>({
			...sync,
			store,
			clock,
			random(bytes) {
				bytes.set(random(new Uint8Array(bytes.length)));
				return bytes;
			},
			lost,
			async refused(_, { code, detail }) {
				// `stale`: the record is there already, which is what was wanted.
				if (code !== 'stale') log.error({ code, detail }, 'an inbox did not take a message');
			},
		});
		const channels: readonly Channel[] = [
			smtp?.channel ?? outbox.channel,
			inboxChannel(store, writer, publicUrl),
			pushChannel({ reach, clock, random, keys, subject: `mailto:${sender.from}` }),
			webhookChannel(reach, clock),
			matrixChannel(reach, clock),
			ntfyChannel(reach, clock),
			appriseChannel(reach, clock),
		];
		const parts = { store, clock, random, memberships, sealing };
		const count = countEndings(registry);
		const findContact = contactsAt(addressOf('mana-auth'), identity);
		const queue = new Queue({
			...parts,
			channels,
			log,
			planDue: () => planDue(parts),
			async prune() {
				await pruneInboxes({ store, clock, writer });
			},
			deliver: (delivery, channel, attempt) =>
				deliver({ ...parts, findContact, publicUrl, linkKey: signing }, delivery, channel, attempt),
			async ended(delivery, ending, state) {
				count(delivery.channel, ending.kind);
				if (state === 'failed' || state === 'doubtful')
					log.error({ delivery: delivery.id, channel: delivery.channel, ending }, `a delivery is ${state}`);
				if (delivery.channel !== 'email' && delivery.channel !== 'inbox' && delivery.target !== null)
					await noteEnding(store.db, delivery.target, ending, clock.now());
			},
		});
		await queue.start();
		wake = () => queue.wake();
		const projection = await follow<Tables>({
			...sync,
			store,
			lost,
			collections: followed,
			form: 'wishes and inbox entries',
			async apply(within, change) {
				await keepEntries(within, change);
				await takeOver(within, await keepWishes(within, change), parts);
			},
			async forget(within, space) {
				await dropEntries(within, space);
				await dropWishes(within, space);
			},
		});
		const incoming = await openIncoming({
			...parts,
			config,
			log,
			registry,
			identity,
			addressOf,
			host,
			findContact,
			wake: () => queue.wake(),
		});
		return {
			routes: (app) =>
				app
					.route('/', mailAddressRoutes({ ...parts, ...incoming, identity, verifyToken }))
					.route('/', sendingRoutes({ ...parts, identity, wake }))
					.route('/', channelRoutes({ ...parts, verifyToken, wake, pushKey: keys.publicKey }))
					.route('/', planRoutes({ ...parts, verifyToken, wake, writer }))
					.route('/', deliveryRoutes({ ...parts, verifyToken, wake }))
					.route('/', exportRoute(store, identity, notifyLeaving))
					.route(
						'/',
						eraseRoute(store, identity, notifyLeaving, (who) => forgetMails(outbox, who)),
					)
					.route('/', outboxRoutes({ outbox, sendWritten: smtp?.sendWritten ?? null, verifyToken }))
					.route('/', unsubscribeRoutes({ ...parts, writer, publicUrl, linkKey: signing })),
			ready: () => store.db.selectFrom('message').select('id').limit(1).execute(),
			async close() {
				await incoming.close();
				await projection.close();
				await queue.stop();
				await writer.close();
				await memberships.close();
				for (const channel of channels) channel.close();
				await store.close();
			},
		};
	},
});

async function forgetMails(outbox: Outbox, { address }: Leaver): Promise<BesideTables> {
	const mails = address === null ? 0 : await outbox.forget(address);
	return { erased: [{ table: 'outbox', erased: mails, left: 0 }], ended: [] };
}

/** A mail address has no port, and a bare name without a dot is none that other servers would take. */
function hostname(publicUrl: string): string {
	const { hostname: name } = new URL(publicUrl);
	return name.includes('.') ? name.replace(/^\[(.*)\]$/, '$1') : `${name}.localdomain`;
}

if (import.meta.main) await service.run();
