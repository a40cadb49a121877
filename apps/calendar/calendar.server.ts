import { openRecordServer, RecordTree, type RecordTables } from '@mana/dav/records/index';
import { defineService } from '@mana/service';
import { openStore } from '@mana/store';
import { z } from 'zod';
import { calendarApp } from './dav/folders.server.ts';
import { eventKind } from './dav/kind.server.ts';
import { calendars, events, guests } from './model.ts';

const NAME = 'calendar-server';

/** Opens events to calendar programs: each calendar of each space as a collection of CalDAV (RFC 4791). */
export const service = defineService({
	name: NAME,
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) in which times are meant that name none, where neither a calendar nor a program says'),
	},
	async open(context) {
		const { config, home, databaseUrl, clock } = context;
		const store = await openStore<RecordTables>({ service: NAME, home, databaseUrl, migrations: {}, clock });
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kind: eventKind,
			collections: [events, guests, calendars],
			heed: async () => {},
			forget: () => {},
		});
		return {
			routes: (app) =>
				records.addRoutes(app, ['calendar-access'], (parts) => {
					const { writer } = records;
					return new RecordTree(parts, calendarApp(parts, { writer, clock, zone: config.zone }));
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
