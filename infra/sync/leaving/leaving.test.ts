import { expect, test } from 'bun:test';
import { models } from '@mana/schema/registry/models';
import { exported } from '@mana/service/leaving';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import { syncLeaving } from './entries.ts';
import { valueToBytes } from '../spaces/bytes.ts';
import { migrations, type SyncTables } from '../store.ts';
import { ask, openBeside } from '../testing-spaces.ts';
import { startSync } from '../testing.ts';

eachEngine('taking along what mana-sync holds', (engine) => {
	test('names every table there is', async () => {
		await everyTableIsEntered((await engine.open<SyncTables>({ service: 'mana-sync', migrations })).db, syncLeaving);
	});

	test('gives one’s own space with the names that the apps have for everything, and nothing of others', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		for (const person of ['ada', 'grace']) await ask(server, await server.issuer.token(person), 'GET', '/spaces');
		const store = await openBeside(place.home, place.databaseUrl);
		const spaces = await store.db
			.selectFrom('space')
			.select(['number', 'personal_of'])
			.where('personal_of', 'is not', null)
			.execute();
		expect(spaces).toHaveLength(2);
		for (const { number, personal_of } of spaces)
			for (const { number: collection, fields } of models) {
				const [field] = Object.values(fields);
				const cell = { space: number, record: '0'.repeat(26), collection, field: field?.number ?? 0, key: '' };
				const value = valueToBytes(`of ${personal_of}`);
				await store.db
					.insertInto('cell')
					.values({ ...cell, value, stamp: 1, actor: 1, seq: 1 })
					.execute();
			}
		const rows: Record<string, unknown>[] = [];
		for await (const { table, row } of exported(store.db, syncLeaving, { person: 'ada', address: null }))
			if (table === 'cell') rows.push(row);
		const written = rows.filter(({ value }) => value === 'of ada');
		expect(written.map(({ collection }) => collection).sort()).toEqual(models.map(({ name }) => name).sort());
		expect(written.every(({ field }) => typeof field === 'string')).toBe(true);
		expect(JSON.stringify(rows)).not.toContain('grace');
		await store.close();
	});
});
