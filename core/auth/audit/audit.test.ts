import { describe, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import fc from 'fast-check';
import { canonical } from './chain.ts';
import { checkAuditLog, numbersText } from './check.ts';
import { emptyEntriesOf, trimAuditLog } from './forgetting.ts';
import { instanceKeys } from '../instance-keys.ts';
import { migrations } from '../migrations.ts';
import { type Client, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Tables } from '../store.ts';
import { testRealm } from '../testing-realm.ts';

const client: Client = { address: '192.0.2.1', agent: 'Test browser' };
const dayMs = 24 * 60 * 60_000;

eachEngine('the audit log', (engine) => {
	test('is whole while it is only written to, from many sides at once', async () => {
		const { realm } = await testRealm(engine);
		expect(await checkAuditLog(realm)).toEqual({ entries: 0, first: 0, last: 0, sealedAnew: [], broken: null });
		await Promise.all(Array.from({ length: 12 }, (_, i) => write(realm, `person ${i}`)));
		expect(await checkAuditLog(realm)).toEqual({ entries: 13, first: 1, last: 13, sealedAnew: [1], broken: null });
	});

	test('takes back what was written when the transaction fails', async () => {
		const { realm } = await testRealm(engine);
		await write(realm, 'ada');
		const failing = transact(realm, async (db) => {
			await note(realm, db, 'signed-in', { person: 'eve' }, client);
			throw new TypeError('It was not to be.');
		});
		await expect(failing).rejects.toThrow('It was not to be.');
		await write(realm, 'grace');
		expect(await checkAuditLog(realm)).toMatchObject({ entries: 3, broken: null });
	});

	const columns = {
		at: 1,
		kind: 'signed-out',
		person_id: 'eve',
		actor_id: 'eve',
		account: 'eve',
		address: '203.0.113.1',
		agent: 'other',
		detail: '{"to":"owner"}',
		salt: 'salt',
		content: 'x',
		previous: 'x',
		hash: 'x',
	};
	for (const [column, value] of Object.entries(columns))
		test(`names the first row of which ${column} was changed`, async () => {
			const { realm } = await testRealm(engine);
			for (const person of ['ada', 'grace', 'edsger', 'barbara']) await write(realm, person);
			await realm.store.db
				.updateTable('audit_entry')
				.set({ [column]: value })
				.where('seq', 'in', [3, 5])
				.execute();
			expect((await checkAuditLog(realm)).broken).toEqual({ seq: 3, why: 'changed' });
		});

	test('names what was taken out, cut off or emptied without a word', async () => {
		const { realm } = await testRealm(engine);
		for (const person of ['ada', 'grace', 'edsger', 'barbara']) await write(realm, person);
		const broken = async () => (await checkAuditLog(realm)).broken;
		const rows = await realm.store.db.selectFrom('audit_entry').selectAll().execute();
		const put = (seqs: number[]) =>
			realm.store.db
				.insertInto('audit_entry')
				.values(rows.filter(({ seq }) => seqs.includes(seq)))
				.execute();
		const remove = (seqs: number[]) => realm.store.db.deleteFrom('audit_entry').where('seq', 'in', seqs).execute();
		await remove([3]);
		expect(await broken()).toEqual({ seq: 3, why: 'missing' });
		await put([3]);
		await remove([1, 2]);
		expect(await broken()).toEqual({ seq: 2, why: 'missing' });
		await put([1, 2]);
		await remove([4, 5]);
		expect(await broken()).toEqual({ seq: 4, why: 'cut-off' });
		const third = rows.find(({ seq }) => seq === 3)!;
		const head = realm.store.db.updateTable('audit_head');
		await head.set({ seq: 3, hash: third.hash }).execute();
		expect(await broken()).toEqual({ seq: 3, why: 'end-changed' });
		await head.set({ seal: null }).execute();
		expect(await broken()).toEqual({ seq: 3, why: 'end-changed' });
		await write(realm, 'eve');
		expect(await checkAuditLog(realm)).toMatchObject({ entries: 5, sealedAnew: [1, 4], broken: null });
		await realm.store.db.updateTable('audit_entry').set({ person_id: null, salt: null }).where('seq', '=', 2).execute();
		expect(await broken()).toEqual({ seq: 2, why: 'emptied' });
	});

	test('shows that another secret was put in place', async () => {
		const { realm } = await testRealm(engine);
		await write(realm, 'ada');
		const stranger = { ...realm, keys: instanceKeys('another secret, which nobody here has ever seen') };
		expect((await checkAuditLog(stranger)).broken).toEqual({ seq: 2, why: 'end-changed' });
		await write(stranger, 'eve');
		expect(await checkAuditLog(stranger)).toMatchObject({ last: 4, sealedAnew: [1, 3], broken: null });
	});

	test('forgets a person and stays whole', async () => {
		const { realm } = await testRealm(engine);
		for (const person of ['ada', 'grace', 'ada', 'ada', 'grace']) await write(realm, person);
		await transact(realm, (db) => note(realm, db, 'sign-in-failed', { account: 'pseudonym of ada' }, client));
		expect(await transact(realm, (db) => emptyEntriesOf(realm, db, 'ada', ['pseudonym of ada']))).toBe(4);
		expect(await transact(realm, (db) => emptyEntriesOf(realm, db, 'ada', []))).toBe(0);
		const rows = await realm.store.db.selectFrom('audit_entry').selectAll().orderBy('seq').execute();
		expect(JSON.stringify(rows)).not.toContain('ada');
		expect(rows.at(-1)).toMatchObject({ kind: 'entries-emptied', detail: '{"entries":"2,4-5,7"}' });
		expect(await checkAuditLog(realm)).toMatchObject({ entries: 8, broken: null });
	});

	test('lets go of what is older than a year and says where it begins now', async () => {
		const { realm, clock } = await testRealm(engine);
		await write(realm, 'ada');
		clock.advance(300 * dayMs);
		await write(realm, 'grace');
		const trim = () => transact(realm, (db) => trimAuditLog(realm, db));
		await trim();
		expect(await checkAuditLog(realm)).toMatchObject({ first: 1, entries: 3 });
		clock.advance(66 * dayMs);
		await trim();
		await trim();
		expect(await checkAuditLog(realm)).toEqual({ entries: 2, first: 3, last: 4, sealedAnew: [], broken: null });
		clock.advance(400 * dayMs);
		await trim();
		expect(await checkAuditLog(realm)).toEqual({ entries: 1, first: 5, last: 5, sealedAnew: [], broken: null });
	});

	test('takes over the events that were kept before there was a chain', async () => {
		const before = { '001-identity': migrations['001-identity']!, '002-doors': migrations['002-doors']! };
		const place = await engine.place();
		const old = await engine.open<Tables & { security_event: object }>({ place, service: 'mana-auth', migrations: before });
		const event = { kind: 'signed-in', person_id: 'ada', account: null, address: '192.0.2.1', agent: 'Test browser' };
		await old.db
			.insertInto('security_event')
			.values([
				{ ...event, id: '2', at: 20 },
				{ ...event, id: '1', at: 10, kind: 'owner-created' },
			])
			.execute();
		await old.close();
		const store = await engine.open<Tables>({ place, service: 'mana-auth', migrations });
		const realm = { ...(await testRealm(engine)).realm, store };
		expect(await checkAuditLog(realm)).toEqual({ entries: 2, first: 1, last: 2, sealedAnew: [], broken: null });
		await write(realm, 'grace');
		expect(await checkAuditLog(realm)).toEqual({ entries: 4, first: 1, last: 4, sealedAnew: [3], broken: null });
		const kinds = await store.db.selectFrom('audit_entry').select('kind').orderBy('seq').execute();
		expect(kinds.map(({ kind }) => kind)).toEqual(['owner-created', 'signed-in', 'log-sealed', 'signed-in']);
	});
});

describe('the canonical form', () => {
	test('is the same whatever the order of names, and another for every other value', () => {
		const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
		fc.assert(
			fc.property(fc.dictionary(fc.string(), value), (detail) => {
				const turned = Object.fromEntries(Object.entries(detail).toReversed());
				expect(canonical(turned)).toBe(canonical(detail));
				expect(JSON.parse(canonical(detail))).toEqual(JSON.parse(JSON.stringify(detail)));
			}),
		);
	});

	test('of numbers is as short as their neighbours allow', () => {
		expect([numbersText([]), numbersText([4]), numbersText([1, 2, 3, 7, 9, 10])]).toEqual(['', '4', '1-3,7,9-10']);
	});
});

function write(realm: Realm, person: string): Promise<void> {
	return transact(realm, (db) => note(realm, db, 'signed-in', { person, detail: { way: 'password' } }, client));
}
