import { describe, expect, test } from 'bun:test';
import { callsOf, serviceNamed } from '@mana/schema';
import { createLogger, systemRandom } from '@mana/service';
import { erased, exported } from '@mana/service/leaving';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import { Glob } from 'bun';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkAuditLog } from '../audit/check.ts';
import { instanceKeys } from '../instance-keys.ts';
import { migrations } from '../migrations.ts';
import type { Tables } from '../store.ts';
import { signedInMember, signedInOwner, startAuth, TestClock } from '../testing.ts';
import { authLeaving } from './entries.ts';
import { copies, fileKeepers, keepers, openFormatServices } from './keepers.ts';

const secrets = (home: string) => readFileSync(join(home, 'secrets', 'instance'), 'utf8').trim();

eachEngine('leaving mana-auth', (engine) => {
	test('names every table there is', async () => {
		const store = await engine.open<Tables>({ service: 'mana-auth', migrations });
		const keys = instanceKeys('a secret of at least thirty-two characters');
		await everyTableIsEntered(store.db, authLeaving({ clock: new TestClock(), random: systemRandom, keys }, 'account'));
	});

	test('takes one person out of every table, and nobody else', async () => {
		const place = await engine.place();
		const clock = new TestClock();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		await grace.send('PUT', '/impersonation-consent', { hours: 24 });
		await auth.browser('203.0.113.9').post('/sign-in', { email: 'grace@mana.example', password: 'a wrong guess' });
		clock.advance(16 * 60_000);
		await grace.token();
		const id = ((await grace.get('/session')).body['person'] as { id: string }).id;
		const store = await engine.open<Tables>({ place, service: 'mana-auth', migrations });
		const keys = instanceKeys(secrets(auth.home));
		const realm = { clock, random: systemRandom, keys, store, log: createLogger('test', 'silent') };
		const entries = authLeaving(realm, keys.pseudonym('grace@mana.example'));
		const tables = async () => {
			const found = new Set<string>();
			for await (const { table, row } of exported(store.db, entries, { person: id, address: 'grace@mana.example' })) {
				found.add(table);
				for (const secret of ['token', 'hash', 'password', 'salt', 'sealed'])
					expect([table, Object.keys(row)]).not.toEqual([table, expect.arrayContaining([secret])]);
			}
			return [...found].sort();
		};
		const expected = [
			'attempt',
			'audit_entry',
			'credential',
			'impersonation_consent',
			'known_device',
			'one_time_link',
			'person',
			'retired_token',
			'session',
		];
		expect(await tables()).toEqual(expected);
		const report = await store.db
			.transaction()
			.execute((db) => erased(db, entries, { person: id, address: 'grace@mana.example' }));
		expect(report.filter(({ left }) => left > 0)).toEqual([]);
		expect(
			report
				.filter(({ erased }) => erased > 0)
				.map(({ table }) => table)
				.sort(),
		).toEqual(expected);
		expect(await tables()).toEqual([]);
		expect((await grace.get('/session')).status).toBe(401);
		expect((await owner.get('/session')).status).toBe(200);
		expect((await checkAuditLog(realm)).broken).toBeNull();
	});
});

describe('what people leave behind', () => {
	test('is in the registry of every service that opens a store', async () => {
		const root = join(import.meta.dir, '../../..');
		const found = new Map<string, string>();
		for await (const file of new Glob('{core,infra,ai,apps,matrix,ops}/**/*.ts').scan({ cwd: root })) {
			if (/node_modules|test|restore\.ts|terminal\.ts/.test(file)) continue;
			const source = readFileSync(join(root, file), 'utf8');
			const [, name] = /openStore<\w+>\(\{\s*service: ('[\w-]+'|NAME)/.exec(source) ?? [];
			const service = name === 'NAME' ? /const NAME = '([\w-]+)'/.exec(source)?.[1] : name?.slice(1, -1);
			if (service !== undefined) found.set(service, file);
			else expect([file, source.includes('openStore<')]).toEqual([file, false]);
		}
		expect([...found.keys()].sort()).toEqual(['mana-auth', ...keepers, ...copies].sort());
		const opening = [...found].filter(([, file]) => readFileSync(join(root, file), 'utf8').includes('openRecordServer('));
		expect(opening.map(([service]) => service).sort()).toEqual([...openFormatServices].sort());
		expect(callsOf(serviceNamed('mana-auth'))).toEqual(expect.arrayContaining([...keepers, ...copies, ...openFormatServices]));
		for (const [service, file] of found) {
			if (service === 'mana-auth') continue;
			const room = [...new Glob('**/*.ts').scanSync({ cwd: join(root, dirname(file)) })]
				.map((name) => readFileSync(join(root, dirname(file), name), 'utf8'))
				.join('\n');
			const isCopy = (copies as readonly string[]).includes(service);
			// By that a server of an app has the routes of copies, too.
			if (room.includes('await openRecordServer({') && isCopy !== room.includes('			leaving: ')) continue;
			const routes = isCopy
				? ['eraseCopiesRoute(store, identity)']
				: ['exportRoute(store, identity, ', 'eraseRoute(store, identity, '];
			for (const route of routes) expect([service, route, room.includes(route)]).toEqual([service, route, true]);
		}
	});

	test('is in the registry of every service that keeps files', async () => {
		const root = join(import.meta.dir, '../../..');
		const found = new Set<string>();
		for await (const file of new Glob('{core,infra,ai,apps,matrix,ops}/**/*.ts').scan({ cwd: root })) {
			if (/node_modules|test/.test(file)) continue;
			const source = readFileSync(join(root, file), 'utf8');
			if (source.includes('openBlobs(')) found.add(file.split('/').slice(0, 2).join('/'));
		}
		expect([...found].sort()).toEqual([...fileKeepers].sort());
	});
});
