import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { openStore, type Store } from './open.ts';
import { eachEngine, type TestPlace } from './testing.ts';

eachEngine('a place', (engine) => {
	let place: TestPlace;
	let store: Store<unknown>;

	beforeEach(async () => {
		place = await engine.place();
		store = await openStore({ service: 'mana-test', migrations: {}, ...place });
	});

	afterEach(async () => {
		expect(existsSync(place.home)).toBe(true);
		await sql`select 1`.execute(store.db);
		await store.close();
	});

	test('is there until what a test file opened in it has been closed', () => expect(existsSync(place.home)).toBe(true));
});
