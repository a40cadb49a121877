import { test } from 'bun:test';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import { userLeaving } from './leaving.ts';
import { migrations, type Tables } from './store.ts';

eachEngine('leaving mana-user', (engine) => {
	test('names every table there is', async () => {
		await everyTableIsEntered((await engine.open<Tables>({ service: 'mana-user', migrations })).db, userLeaving);
	});
});
