import { expect, test } from 'bun:test';
import { recordMigrations } from '@mana/dav/records/tables';
import { namedRecordId } from '@mana/model';
import { projectionMigrations } from '@mana/service/projection/tables';
import { erased, exported } from '@mana/service/leaving';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { openStore } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendarLeaving, type CalendarTables, migrations } from './store.server.ts';

test('every table of calendar-server says what it holds of a person, gives it out without secrets, and lets it go', async () => {
	const home = await mkdtemp(join(tmpdir(), 'mana-calendar-'));
	const store = await openStore<CalendarTables>({ service: 'calendar-server', home, migrations });
	try {
		await store.migrate('projection', projectionMigrations);
		await store.migrate('records', recordMigrations);
		await everyTableIsEntered(store.db, calendarLeaving);
		const space = namedRecordId('space') as string as SpaceId;
		for (const person of ['ada', 'grace']) {
			const times = { from_at: 1, to_at: 2, changed_at: 1, is_off: 0 };
			const visitor = { page: person, person, name: 'Bob', address: 'bob@elsewhere.example' };
			await store.db
				.insertInto('booking_page')
				.values({ id: person, person, name: person, settings: '{}', created_at: 1 })
				.execute();
			await store.db
				.insertInto('booking')
				.values({ space, event: namedRecordId(person), ...visitor, ...times })
				.execute();
			const publishing = { space, calendar: 'calendar', person, detail: 'all', language: 'en' } as const;
			const secret = { secret_hash: `secret of ${person}`, sealed: new Uint8Array(1) };
			await store.db
				.insertInto('published')
				.values({ ...publishing, ...secret, id: person, created_at: 1, etag: '', changed_at: 0 })
				.execute();
			await store.db.insertInto('booking_turn').values({ person, turn: 1 }).execute();
			await store.db
				.insertInto('invited')
				.values({
					space,
					event: namedRecordId(person),
					address: 'bob@elsewhere.example',
					role: 'guest',
					person,
					language: 'en',
					token: `secret of ${person}`,
					said: '',
					sequence: 0,
					message: '',
					pending: null,
					due_at: null,
					created_at: 1,
				})
				.execute();
		}
		const who = { person: 'ada', address: 'ada@mana.example' };
		const lines = await Array.fromAsync(exported(store.db, calendarLeaving, who));
		expect(lines.map(({ table }) => table)).toEqual(['invited', 'booking_page', 'booking', 'booking_turn', 'published']);
		expect(JSON.stringify(lines)).not.toContain('secret');
		expect(await erased(store.db, calendarLeaving, who)).toEqual(
			['invited', 'booking_page', 'booking', 'booking_turn', 'published'].map((table) => ({ table, erased: 1, left: 0 })),
		);
		expect(await store.db.selectFrom('invited').select('person').execute()).toEqual([{ person: 'grace' }]);
	} finally {
		await store.close();
		await rm(home, { recursive: true });
	}
});
