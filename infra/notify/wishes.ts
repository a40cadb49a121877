import { type Collection, type Entry, isValue, readRow, type RecordId, type Row, systemFields } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import type { ProjectionChange } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Db, NotifyStore } from './store.ts';
import { type Wishes, zoneOr } from './ways.ts';
import type { Reader } from './words/words.ts';

/** What people's own spaces say about how they want to hear. */
export const followed: readonly Collection[] = [hub.preferences, hub.notices, hub.notifications];

/** What a person did with what they were told. */
export interface Handled {
	readonly record: RecordId;
	/** Read or thrown away: nobody need be told any more. `until`: told anew at that time. */
	readonly what: 'settled' | { readonly until: number } | 'awake';
}

/** Puts what changed in place of what is here. @returns what was done with notifications */
export async function keepWishes(trx: Db, { space, cells }: ProjectionChange): Promise<Handled[]> {
	const handled: Handled[] = [];
	for (const { collection, record, field, key, value } of cells) {
		if (collection === hub.notifications.number) {
			const what = handlingOf(field, value);
			if (what !== null) handled.push({ record, what });
			continue;
		}
		if (key !== '' || value instanceof Uint8Array) continue;
		const row = { space, collection, record, field, value: JSON.stringify(value) };
		await trx
			.insertInto('register')
			.values(row)
			.onConflict((conflict) => conflict.columns(['space', 'collection', 'record', 'field']).doUpdateSet({ value: row.value }))
			.execute();
	}
	return handled;
}

export async function dropWishes(trx: Db, space: SpaceId): Promise<void> {
	await trx.deleteFrom('register').where('space', '=', space).execute();
}

const { readAt, snoozedUntil } = hub.notifications.fields;

function handlingOf(field: number, value: unknown): Handled['what'] | null {
	if (field === readAt.number || field === systemFields.deletedAt.number) return value === null ? null : 'settled';
	if (field !== snoozedUntil.number) return null;
	return typeof value === 'number' ? { until: value } : 'awake';
}

/** What a person chose, and how they read; what they never chose is left to the reader of this. */
export async function wishesOf({ db }: Pick<NotifyStore, 'db'>, space: string): Promise<Wishes & Omit<Reader, 'zone'>> {
	const rows = await db.selectFrom('register').selectAll().where('space', '=', space).execute();
	const records = Map.groupBy(rows, ({ collection, record }) => `${collection} ${record}`);
	const read = <C extends Collection>(collection: C, record: RecordId): Row<C> | null => {
		const entries = (records.get(`${collection.number} ${record}`) ?? []).map(({ field, value }): Entry => ({
			field,
			key: '',
			value: valueOf(value),
		}));
		const row = entries.length === 0 ? undefined : readRow(collection, record, entries);
		return row?.deletedAt === null ? row : null;
	};
	const preferences = read(hub.preferences, hub.preferencesId);
	const { quietFrom = null, quietUntil = null, timeZone = '', language = '', region = '', hours = 'region' } = preferences ?? {};
	const notices = new Map<string, hub.Notice>();
	for (const [name] of records) {
		const [collection, record] = name.split(' ');
		if (Number(collection) !== hub.notices.number) continue;
		const notice = read(hub.notices, record as RecordId);
		if (notice && record === hub.noticeId(notice.about)) notices.set(notice.about, notice);
	}
	return {
		zone: zoneOr(timeZone),
		language: language === '' ? null : language,
		region,
		hours,
		quiet: quietFrom !== null && quietUntil !== null ? { from: quietFrom, until: quietUntil } : null,
		notices,
	};
}

/** @throws TypeError when the table holds what was never written into it */
function valueOf(text: string) {
	const value: unknown = JSON.parse(text);
	if (!isValue(value)) throw new TypeError('A register holds what no register can hold.');
	return value;
}
