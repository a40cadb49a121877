import { acceptedVersion } from '@mana/dav/carddav/index';
import { openRecordServer, RecordTree, type RecordTables } from '@mana/dav/records/index';
import { defineService } from '@mana/service';
import { openStore } from '@mana/store';
import { contactsApp } from './dav/folders.server.ts';
import { contactKind, groupKind } from './dav/kind.server.ts';
import { Photos } from './dav/photos.server.ts';
import { saysGroupsElsewhere } from './dav/programs.server.ts';
import { books, details, groups, people, settings } from './model.ts';

const NAME = 'contacts-server';

/** Opens contacts to address book programs: each space as a collection of CardDAV (RFC 6352). */
export const service = defineService({
	name: NAME,
	config: {},
	limits: { bodyBytes: 8 * 1024 * 1024 },
	async open(context) {
		const { home, databaseUrl, clock, addressOf, identity } = context;
		const store = await openStore<RecordTables>({ service: NAME, home, databaseUrl, migrations: {}, clock });
		const photos = new Photos(addressOf('mana-sync'), identity);
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kinds: [contactKind, groupKind],
			collections: [people, details, groups, books, settings],
			heed: async () => {},
			forget: () => {},
		});
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
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
