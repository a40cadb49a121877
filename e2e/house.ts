// A whole house for tests: all services that keep something, without a browser.
import { expect } from 'bun:test';
import { type Collection, type Draft, newRecordId, type RecordId, systemFields, writeDraft } from '@mana/model';
import { shiftedPorts } from '@mana/schema/check-offset';
import { freeOffset } from '@mana/schema/offsets';
import { createLogger, type Service, systemRandom } from '@mana/service';
import type { Op, SpaceId } from '@mana/sync';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as contacts } from '../apps/contacts/contacts.server.ts';
import { service as calendar } from '../apps/calendar/calendar.server.ts';
import { service as todo } from '../apps/todo/todo.server.ts';
import { service as auth } from '../core/auth/index.ts';
import { TestBrowser, testOwner } from '../core/auth/testing.ts';
import { service as user } from '../core/user/index.ts';
import { service as notify } from '../infra/notify/index.ts';
import { service as sync } from '../infra/sync/index.ts';
import { RawClient } from '../infra/sync/testing.ts';
import { ask } from '../infra/sync/testing-spaces.ts';

export const publicUrl = 'http://mana.localhost';

/** All services that keep something, in one folder, on clocks that can be moved ahead. */
export async function startHouse() {
	const home = await mkdtemp(join(tmpdir(), 'mana-house-'));
	const ahead = { ms: 0 };
	const held = await freeOffset();
	const own = new Set([sync, notify, user, auth, todo, calendar, contacts].map(({ name }) => name));
	const ports = Object.fromEntries(
		shiftedPorts(held.offset).flatMap(({ row, port }) => (own.has(row.name) ? [[row.name, port.port] as const] : [])),
	);
	const urls: Readonly<Record<string, string>> = Object.fromEntries(
		Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
	);
	const start = (service: Service) =>
		service.start({
			home,
			databaseUrl: undefined,
			port: ports[service.name]!,
			publicUrl,
			addresses: urls,
			env: {},
			clock: { now: () => Date.now() + ahead.ms },
			log: createLogger(service.name, 'silent'),
		});
	const running = [
		await start(auth),
		await start(sync),
		await start(notify),
		await start(user),
		await start(todo),
		await start(calendar),
		await start(contacts),
	];
	return {
		home,
		ahead,
		urls,
		async [Symbol.asyncDispose]() {
			for (const one of running.toReversed()) await one.close();
			held.close();
			await rm(home, { recursive: true });
		},
	};
}

/** Makes the owner of a house. */
export async function ownerOfHouse({ home, urls }: Pick<House, 'home' | 'urls'>): Promise<TestBrowser> {
	const owner = new TestBrowser(urls['mana-auth']!, publicUrl, '192.0.2.1');
	const setup = new URL((await readFile(join(home, 'run', 'setup-link'), 'utf8')).trim()).hash.replace('#token=', '');
	expect((await owner.post('/setup', { token: setup, ...testOwner })).status).toBe(200);
	return owner;
}

export type House = Awaited<ReturnType<typeof startHouse>>;

export const newId = () => newRecordId(Date.now(), (bytes) => systemRandom(bytes as Uint8Array<ArrayBuffer>));

export async function ownSpace(url: string, token: string): Promise<SpaceId> {
	const { body } = await ask({ url }, token, 'GET', '/spaces');
	return (body['spaces'] as { id: SpaceId }[])[0]!.id;
}

/** The ops that make a record. */
export function record<C extends Collection>(of: C, id: RecordId, draft: Draft<C>): Op[] {
	const entries = [{ field: systemFields.createdAt.number, key: '', value: Date.now() }, ...writeDraft(of, draft)];
	return entries.map((entry) => ({ collection: of.number, record: id, ...entry }));
}

export async function write(url: string, token: string, space: SpaceId, ops: readonly Op[]): Promise<void> {
	const client = await RawClient.open(url);
	await client.hello(token);
	await client.sub(space);
	const { n } = client.write(...ops);
	await client.acked(n);
	expect(client.heard.flatMap((frame) => (frame.type === 'ack' ? frame.refused : []))).toEqual([]);
	client.close();
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; !(await holds()); tries++) {
		if (tries > 600) throw new Error('It did not come to that.');
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
