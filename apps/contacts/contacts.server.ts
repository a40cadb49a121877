import { acceptedVersion } from '@mana/dav/carddav/index';
import { openConnections } from '@mana/dav/client/connections';
import { serversInDns } from '@mana/dav/client/discover';
import { googleAddresses } from '@mana/dav/client/google';
import { doubt, mirrorLeaving, type MirrorTables, type MirrorWithin, openMirror } from '@mana/dav/mirror/index';
import { openRecordServer, RecordTree, type RecordTables } from '@mana/dav/records/index';
import { defineService, openEgress, openNotifier } from '@mana/service';
import { openSpaceWriter } from '@mana/service/projection/index';
import { People } from '@mana/service/people';
import { openStore } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { z } from 'zod';
import { DayReminders } from './day-reminders.server.ts';
import { contactsApp } from './dav/folders.server.ts';
import { contactKind, groupKind } from './dav/kind.server.ts';
import { Photos } from './dav/photos.server.ts';
import { saysGroupsElsewhere } from './dav/programs.server.ts';
import { addressBooksOfAccounts } from './elsewhere/address-books.server.ts';
import { books, details, groups, people, settings } from './model.ts';

const NAME = 'contacts-server';
/** The largest answer of an account, in bytes: fifty cards with their photos are one. And how long it may take, in milliseconds. */
const [ACCOUNT_BYTES, ACCOUNT_MS] = [80_000_000, 60_000];

type Tables = RecordTables & MirrorTables;

/**
 * Opens contacts to address book programs: each space as a collection of CardDAV (RFC 6352). Keeps address books of accounts elsewhere the
 * same, and reminds people of birthdays and other days.
 */
export const service = defineService({
	name: NAME,
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) on whose clocks people live who never said where they are'),
		google: z
			.url()
			.default(googleAddresses.contacts)
			.describe('where Google answers by CardDAV; another address stands in for it where that is to be tried'),
		privateAccounts: z
			.boolean()
			.default(false)
			.describe('whether accounts of the private network may be kept the same, as of a machine at home'),
	},
	limits: { bodyBytes: 8 * 1024 * 1024 },
	async open(context) {
		const { config, home, databaseUrl, clock, random, log, addressOf, identity } = context;
		const store = await openStore<Tables>({ service: NAME, home, databaseUrl, migrations: {}, clock });
		const photos = new Photos(addressOf('mana-sync'), identity);
		const known = new People({ address: addressOf('mana-user'), identity, clock, fallback: config.zone });
		const reminders = new DayReminders({
			db: store.db,
			clock,
			notifier: openNotifier({ address: addressOf('mana-notify'), identity }),
			ownerOf: (space) => records.memberships.personOf(space),
			zoneOf: (person) => known.zoneOf(person),
			failed: (error) => log.warn({ err: error }, 'a reminder is kept back; it is tried again'),
		});
		const writer = await openSpaceWriter<Tables>({
			store,
			address: addressOf('mana-sync'),
			identity,
			clock,
			random: (bytes) => random(bytes as Uint8Array<ArrayBuffer>),
			// What was refused was written by somebody else meanwhile: both sides are compared anew.
			async refused(within, { space, code, detail }) {
				log.info({ space, code }, `a contact was not written: ${detail}`);
				await doubt(within, space);
			},
			lost: (error) => log.warn({ err: error }, 'nothing can be written; it is tried again'),
		});
		const mirror = await openMirror({
			context,
			store,
			writer,
			app: addressBooksOfAccounts({
				db: store.db,
				writer,
				photos,
				clock,
				reach: openEgress({ allowPrivate: config.privateAccounts, maxBytes: ACCOUNT_BYTES, timeoutMs: ACCOUNT_MS }),
				findServers: serversInDns,
				connections: openConnections({ address: addressOf('mana-auth'), identity }),
				google: config.google,
				allowPlain: config.privateAccounts,
				ownSpace: (person) => records.memberships.personalSpace(person) as SpaceId | null,
			}),
			reached: (...at) => records.projection.reached(...at),
		});
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kinds: [contactKind, groupKind],
			collections: [people, details, groups, books, settings],
			async heed(_, { space, cells, complete }) {
				const ours: readonly number[] = [people.number, details.number, groups.number];
				mirror.heed(space, { complete, concerns: cells.some(({ collection }) => ours.includes(collection)) });
			},
			kept() {
				reminders.look();
				mirror.kept();
			},
			async forget(space, within) {
				reminders.forget(space);
				writer.forget(space);
				await mirror.forget(within as unknown as MirrorWithin, space);
			},
			leaving: mirrorLeaving,
		});
		void Promise.all([records.memberships.ready(), records.projection.ready()]).then(() => mirror.look());
		void records.memberships.ready().then(() => reminders.look());
		return {
			routes: (app) =>
				records.addRoutes(app.route('/', mirror.routes()), ['addressbook'], (parts, c) => {
					const accepted = c.req.method === 'GET' || c.req.method === 'HEAD' ? acceptedVersion(c.req.header('accept')) : null;
					const groupsElsewhere = saysGroupsElsewhere(c.req.header('user-agent'));
					return new RecordTree(parts, contactsApp(parts, { writer: records.writer, photos, groupsElsewhere }, accepted));
				}),
			ready: () => store.db.selectFrom('mana_reading').select('space').limit(1).execute(),
			async close() {
				await mirror.close();
				await records.close();
				await reminders.close();
				await writer.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
