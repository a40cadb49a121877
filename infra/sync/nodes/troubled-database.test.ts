import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, dropDatabase, startPostgres } from '@mana/store/testing';
import type { Transaction } from '@mana/sync';
import { Client } from 'pg';
import { type Issuer, newRecord, op, RawClient, startIssuer, startSync, type TestSync } from '../testing.ts';

setDefaultTimeout(60_000);

let issuer: Issuer;
let home: string;
let databaseUrl: string;
let sync: TestSync;
let ada: RawClient;

beforeEach(async () => {
	issuer = await startIssuer();
	home = await mkdtemp(join(tmpdir(), 'mana-troubled-'));
	databaseUrl = await createDatabase(await startPostgres(), `test_${randomUUID().replaceAll('-', '')}`);
	sync = await startSync({ home, databaseUrl }, { env: { MANA_SYNC_CONNECTS_PER_MINUTE: '100000' }, issuer });
	ada = await RawClient.join(sync.url, await issuer.token('ada'));
});

afterEach(async () => {
	ada.close();
	await sync[Symbol.asyncDispose]();
	await dropDatabase(databaseUrl);
	await rm(home, { recursive: true });
	await issuer.close();
});

/** Says something to the database beside the service; it may write whatever the database is set to. */
async function sql<Row extends object>(...texts: string[]): Promise<Row[]> {
	const client = new Client({
		connectionString: databaseUrl,
		options: '-c search_path=mana_sync -c default_transaction_read_only=off',
	});
	await client.connect();
	try {
		let rows: Row[] = [];
		for (const text of texts) ({ rows } = await client.query<Row>(text));
		return rows;
	} finally {
		await client.end();
	}
}

/** Waits until a transaction is acknowledged, as a device does that is dismissed and comes back. */
async function untilAcked(transaction: Transaction): Promise<void> {
	for (;;) {
		try {
			return await ada.acked(transaction.n);
		} catch {
			await Bun.sleep(20); // it was dismissed: who comes back hears whether it was kept
		}
		try {
			ada = await RawClient.join(sync.url, await issuer.token('ada'), ada.device);
		} catch {
			continue; // dismissed once more
		}
		if (ada.nextN > transaction.n) return;
		ada.push([transaction]);
	}
}

const seqNow = async () => Number((await sql<{ seq: string }>('select seq from space'))[0]!.seq);

for (const [code, name] of [
	['40001', 'a failed serialization'],
	['40P01', 'a deadlock'],
	['53300', 'too many connections'],
] as const)
	test(`a commit that the database breaks off (${name}) is kept once, and acknowledged`, async () => {
		const before = await seqNow();
		// A sequence goes on though the transaction is taken back.
		await sql(
			'create sequence trouble',
			`create function break_off() returns trigger language plpgsql as $$ begin
				if nextval('trouble') <= 2 then raise exception 'broken off on purpose' using errcode = '${code}'; end if;
				return null; end $$`,
			'create trigger break_off before insert or update on cell for each statement execute function break_off()',
		);
		const milk = op(newRecord(), 'milk');
		const transaction = ada.write(milk);
		await untilAcked(transaction);
		expect(await seqNow()).toBe(before + 1);
		const reader = await RawClient.join(sync.url, await issuer.token('ada'));
		await reader.until(() => reader.value(milk) === 'milk', 'the milk');
		reader.close();
		expect(Number((await sql<{ last: string }>('select last_value as last from trouble'))[0]!.last)).toBeGreaterThan(2);
	});

test('a database that can only be read acknowledges nothing, loses nothing, and goes on by itself when it may be written to', async () => {
	const before = await seqNow();
	const name = new URL(databaseUrl).pathname.slice(1);
	const others = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
	await sql(`alter database ${name} set default_transaction_read_only = on`, others);
	const milk = op(newRecord(), 'milk');
	const transaction: Transaction = ada.write(milk);
	let done = false;
	const acked = untilAcked(transaction).then(() => (done = true));
	await Bun.sleep(1_500);
	expect(done).toBe(false);
	expect(await seqNow()).toBe(before);
	await sql(`alter database ${name} reset default_transaction_read_only`, others);
	await acked;
	expect(await seqNow()).toBe(before + 1);
});
