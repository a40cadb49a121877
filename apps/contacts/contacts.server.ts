import { acceptedVersion } from '@mana/dav/carddav/index';
import { openRecordServer, RecordTree, type RecordTables } from '@mana/dav/records/index';
import { defineService, openNotifier } from '@mana/service';
import { Zones } from '@mana/service/zones';
import { openStore } from '@mana/store';
import { z } from 'zod';
import { DayReminders } from './day-reminders.server.ts';
import { contactsApp } from './dav/folders.server.ts';
import { contactKind, groupKind } from './dav/kind.server.ts';
import { Photos } from './dav/photos.server.ts';
import { saysGroupsElsewhere } from './dav/programs.server.ts';
import { books, details, groups, people, settings } from './model.ts';

const NAME = 'contacts-server';

/** Opens contacts to address book programs: each space as a collection of CardDAV (RFC 6352). And reminds people of birthdays and other days. */
export const service = defineService({
	name: NAME,
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) on whose clocks people live who never said where they are'),
	},
	limits: { bodyBytes: 8 * 1024 * 1024 },
	async open(context) {
		const { config, home, databaseUrl, clock, log, addressOf, identity } = context;
		const store = await openStore<RecordTables>({ service: NAME, home, databaseUrl, migrations: {}, clock });
		const photos = new Photos(addressOf('mana-sync'), identity);
		const zones = new Zones({ address: addressOf('mana-user'), identity, clock, fallback: config.zone });
		const reminders = new DayReminders({
			db: store.db,
			clock,
			notifier: openNotifier({ address: addressOf('mana-notify'), identity }),
			ownerOf: (space) => records.memberships.personOf(space),
			zoneOf: (person) => zones.of(person),
			failed: (error) => log.warn({ err: error }, 'a reminder is kept back; it is tried again'),
		});
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kinds: [contactKind, groupKind],
			collections: [people, details, groups, books, settings],
			heed: async () => {},
			kept: () => reminders.look(),
			forget: (space) => reminders.forget(space),
		});
		void records.memberships.ready().then(() => reminders.look());
		return {
			routes: (app) =>
				records.addRoutes(app, ['addressbook'], (parts, c) => {
					const accepted = c.req.method === 'GET' || c.req.method === 'HEAD' ? acceptedVersion(c.req.header('accept')) : null;
					const groupsElsewhere = saysGroupsElsewhere(c.req.header('user-agent'));
					return new RecordTree(parts, contactsApp(parts, { writer: records.writer, photos, groupsElsewhere }, accepted));
				}),
			ready: () => store.db.selectFrom('mana_reading').select('space').limit(1).execute(),
			async close() {
				await records.close();
				await reminders.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
