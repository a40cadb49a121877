import { systemFields } from '@mana/model';
import type { Cell, Op } from '../cell.ts';
import { timeOf } from '../clock.ts';
import { cellOf } from '../merge.ts';
import { Replica } from './replica.ts';
import { asWritten } from './large/ahead.ts';
import { FileStore, moveFiles } from './blobs/file-store.ts';
import type { Disk } from './disk.ts';
import { chunkShelf } from './conversation/chunk-shelf.ts';
import { recoverWords } from './last-words.ts';
import { JournalStore } from './journal-store.ts';
import type { Platform } from './platform.ts';
import { noShelf } from './shelf.ts';
import { isSystem } from '../space/system.ts';
import { type ClientStore, type FreshTransaction, type Loaded, PERSONAL } from './store.ts';

/**
 * Moves everything from a guest's database to an account's, and deletes the first.
 *
 * @param names of the databases; @throws `StorageFailed` when it could not be completed: what was moved is moved once when it is done again
 */
export async function moveGuest(
	platform: Pick<Platform, 'env' | 'openDisk' | 'notes' | 'report'>,
	names: { readonly guest: string; readonly account: string },
): Promise<void> {
	const { env, openDisk } = platform;
	const disks = { guest: await openDisk(names.guest), account: await openDisk(names.account) };
	const guest = new JournalStore(disks.guest, env.randomBytes, noShelf);
	const account = new JournalStore(disks.account, env.randomBytes, chunkShelf);
	await recoverWords(guest, `${names.guest}/${PERSONAL}`, { space: null, name: '' }, platform);
	await account.load();
	await adoptFiles(disks.guest, disks.account);
	for (;;) {
		const upTo = await adoptState(await guest.load(), account);
		if ((await guest.glance()).device.clock === upTo) break; // else a guest's tab wrote in between
	}
	account.close();
	await guest.destroy();
}

/**
 * Puts everything that a guest made into the outbox of an account, under the same ids and, as far as the account's own clock allows, the
 * same stamps: what somebody else edited later still wins. Doing it again adds nothing but what the guest wrote since.
 *
 * @returns up to which of the guest's stamps everything is adopted now
 */
export async function adoptState(guest: Loaded, account: ClientStore): Promise<number> {
	const { device } = await account.glance();
	const upTo = guest.device.clock;
	const since = device.adopted?.device === guest.device.device ? device.adopted.upTo : -1;
	if (upTo <= since) return upTo;
	const replica = new Replica();
	replica.merge(guest.cells);
	for (const { ops, stamp } of guest.outbox) replica.merge(ops.map((op) => cellOf(op, stamp, 0)));
	const fresh = transactionsOf([...replica.allCells()].filter(({ stamp }) => stamp > since));
	await account.commitLocal(fresh, { device: guest.device.device, upTo });
	return upTo;
}

/** Takes a guest's files over, to be sent as the account's. Doing it again adds nothing. */
function adoptFiles(guest: Disk, account: Disk): Promise<void> {
	return moveFiles(new FileStore(guest, PERSONAL), new FileStore(account, PERSONAL));
}

/** The transactions that make up a state: what was written together stays together, and nothing travels of records that are gone. */
export function transactionsOf(cells: readonly Cell[]): FreshTransaction[] {
	const gone = new Set(
		cells.filter(({ field, value }) => field === systemFields.purged.number && value === true).map(({ record }) => record),
	);
	const byStamp = new Map<number, Op[]>();
	for (const { collection, record, field, key, value, stamp } of cells) {
		if (gone.has(record) || isSystem(collection)) continue;
		const op: Op = { collection, record, field, key, value: asWritten(field, value) };
		const ops = byStamp.get(stamp);
		if (ops) ops.push(op);
		else byStamp.set(stamp, [op]);
	}
	const inOrder = [...byStamp].sort(([a], [b]) => a - b);
	return inOrder.map(([stamp, ops]) => ({ stamp, ops, preconditions: [], label: '', at: timeOf(stamp) }));
}
