import { expect, test } from 'bun:test';
import { type RecordId, systemFields } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import { serviceSealing } from '@mana/service';
import type { ServiceWriter } from '@mana/service/projection/index';
import { eachEngine } from '@mana/store/testing';
import type { Cell, SpaceId } from '@mana/sync';
import { dropEntries, keepEntries, MOST_ENTRIES, pruneInboxes, READ_KEPT_MS } from './inbox-entries.ts';
import { migrationsWith } from './migrations.ts';
import type { NotifyStore, Tables } from './store.ts';

const migrations = migrationsWith(serviceSealing(() => 'a secret of at least thirty-two characters', 'mana-notify'));
const now = Date.UTC(2026, 10, 27);
const day = 86_400_000;
const [ada, grace] = ['ada' as SpaceId, 'grace' as SpaceId];
const { readAt, at } = hub.notifications.fields;

const cell = (record: string, field: { readonly number: number }, value: Cell['value']): Cell =>
	({ collection: hub.notifications.number, record: record as RecordId, field: field.number, key: '', value }) as Cell;
const heard = (store: NotifyStore, space: SpaceId, cells: readonly Cell[]) =>
	store.db.transaction().execute((trx) => keepEntries(trx, { space, cells, epoch: 1, seq: 1, complete: true }));

/** Prunes, and tells what was put into which trash. */
async function pruned(store: NotifyStore): Promise<string[]> {
	const gone: string[] = [];
	const writer = {
		async write(_: unknown, space: SpaceId, action: (tx: ServiceWriter) => void) {
			action({
				trash: (__: unknown, record: RecordId) => gone.push(`${space} ${record}`),
			} as Partial<ServiceWriter> as ServiceWriter);
		},
		wake: () => undefined,
	};
	const many = await pruneInboxes({ store, clock: { now: () => now }, writer });
	expect(many).toBe(gone.length);
	return gone.sort();
}

eachEngine('old entries of an inbox', (engine) => {
	test('go a quarter of a year after they were read, once, and what was not read stays', async () => {
		const store = await engine.open<Tables>({ service: 'mana-notify', migrations });
		await heard(store, ada, [
			cell('read long ago', at, now - 200 * day),
			cell('read long ago', readAt, now - READ_KEPT_MS - 1),
			cell('read lately', at, now - 200 * day),
			cell('read lately', readAt, now - READ_KEPT_MS),
			cell('not read', at, now - 400 * day),
			cell('in the trash', readAt, now - 200 * day),
			cell('in the trash', systemFields.deletedAt, now - 100 * day),
			cell('purged', readAt, now - 200 * day),
			cell('purged', systemFields.purged, true),
			cell('read, and not any more', readAt, now - 200 * day),
		]);
		await heard(store, ada, [cell('read, and not any more', readAt, null)]);
		await heard(store, grace, [cell('read long ago', readAt, now - 200 * day)]);
		expect(await pruned(store)).toEqual(['ada read long ago', 'grace read long ago']);
		expect(await pruned(store)).toEqual([]);
		// Taken out of the trash it goes again; a space that is shut is not written to.
		await heard(store, ada, [cell('in the trash', systemFields.deletedAt, null)]);
		await heard(store, grace, [cell('read long ago', systemFields.deletedAt, null)]);
		await store.db.transaction().execute((trx) => dropEntries(trx, grace));
		expect(await pruned(store)).toEqual(['ada in the trash']);
	});

	test('go when there are too many: first the oldest that were read, then the oldest', async () => {
		const store = await engine.open<Tables>({ service: 'mana-notify', migrations });
		const name = (n: number) => `entry ${String(n).padStart(4, '0')}`;
		const cells = Array.from({ length: MOST_ENTRIES }, (_, n) => cell(name(n), at, now - (2_000 - n) * 1_000));
		await heard(store, ada, [...cells, cell(name(7), readAt, now - day), cell(name(9), readAt, now - day)]);
		await heard(store, grace, [cell('alone', at, 1)]);
		expect(await pruned(store)).toEqual([]);
		await heard(store, ada, [cell('new 1', at, now), cell('new 2', at, now), cell('new 3', at, now)]);
		expect(await pruned(store)).toEqual(['ada entry 0000', 'ada entry 0007', 'ada entry 0009']);
	});
});
