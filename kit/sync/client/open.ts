import type { Collection } from '@mana/model';
import type { Mana } from './api.ts';
import { type Disk, StorageFailed } from './disk.ts';
import type { Platform } from './platform.ts';
import { breather } from './breathe.ts';
import { Client } from './client.ts';
import type { ClientParts, Remote } from './client-parts.ts';
import { JournalStore } from './journal-store.ts';
import { insist, later } from './later.ts';
import { LocalMana } from './local.ts';
import { dropLastWords, keepLastWords, recoverWords } from './last-words.ts';
import { noShelf } from './shelf.ts';
import { PERSONAL } from './store.ts';

/** Whose data: nobody's in particular, or that of a person of mana-auth. Each has a database of its own. */
export type Account = 'guest' | { readonly person: string };

export interface OpenOptions {
	readonly account: Account;
	/** The collections that this build knows. */
	readonly models?: readonly Collection[];
	/** The guest's Mana that was in use until now: it is closed, and everything it made becomes the account's. */
	readonly adopt?: Mana;
	/** The collections that the person looks at just now: on a new device they come first. */
	readonly first?: () => readonly Collection[];
	readonly platform: Platform;
}

/**
 * Opens an account's data on this device. Never waits for the network and never fails for want of storage: without it everything goes on
 * in memory, and `sync.durable` says so.
 */
export async function openMana({ account, models = [], adopt, first, platform }: OpenOptions): Promise<Mana> {
	const { env, notes } = platform;
	const orphan = adopt instanceof LocalMana && !adopt.sync.durable ? await orphanOf(adopt) : [];
	await adopt?.close();
	if (account === 'guest') await dropClaimedGuest(platform);
	else if (adopt || notes.getItem(ADOPTING) === account.person) await adoptGuest(account.person, platform);
	const name = databaseName(account);
	const [disk, upstream] = await Promise.all([
		openDiskOf(platform, name),
		account === 'guest' ? null : upstreamOf(account.person, models, platform),
	]);
	const storeOn = (on: Disk) => new JournalStore(on, env.randomBytes, upstream?.conversation.chunkShelf ?? noShelf);
	const store = storeOn(disk);
	await recoverWords(store, `${name}/${PERSONAL}`, { space: null, name: '' }, platform);
	const client = await Client.open({
		env,
		store,
		storeOn,
		later,
		notes,
		breathe: breather(env.elapsed),
		channel: platform.channel(name),
		locks: platform.locks,
		name,
		remote: upstream && { ...upstream, first: () => (first?.() ?? []).map(({ number }) => number) },
		files: filesOf(account, PERSONAL, platform),
		storage: platform.storage,
		edited: platform.persist,
		ended: () => stop(),
		report: platform.report,
	});
	const stop = attend(client, store, `${name}/${PERSONAL}`, platform);
	resumeFiles(client, disk, PERSONAL, platform);
	const { mana } = client;
	if (mana.sync.durable) {
		if (client.fresh && notes.getItem(aliveNote(name)) !== null) mana.refresh({ evicted: true });
		notes.setItem(aliveNote(name), String(env.now()));
	}
	for (const { ops, label } of orphan) mana.writeOps(label, ops);
	return mana;
}

/** What a person's data is synced with: loaded at once, whatever the network does. */
export async function upstreamOf(person: string, models: readonly Collection[], platform: Platform): Promise<Remote> {
	const [conversation, network] = await Promise.all([import('./conversation/index.ts'), platform.network()]);
	return { ...network, token: platform.token, conversation, person, schema: models.map(schemaOf), parts: models };
}

/** Tells a client what happens to its page. Returns the way to stop. */
export function attend(client: Client, store: JournalStore, place: string, platform: Platform): () => void {
	const stopWaking = platform.onWake(() => client.wake());
	const stopLeaving = platform.onLeave(() => {
		keepLastWords(platform.notes, place, store.life, client.mana.replica.pending);
	});
	return () => {
		stopWaking();
		stopLeaving();
	};
}

/** How a client opens the files of its space: what handles them is loaded then. */
export function filesOf(account: Account, space: string, platform: Platform): ClientParts['files'] {
	return async (client) => {
		const { openFiles } = await import('./blobs/open.ts');
		const database = databaseName(account);
		const disk = await openDiskOf(platform, database);
		return openFiles(client, { disk, space, name: `${database}/${space}`, platform });
	};
}

/** Goes on sending what an earlier visit did not finish, where there is any file at all. */
export function resumeFiles(client: Client, disk: Disk, space: string, { report }: Platform): void {
	disk
		.run('read', ['files'], (tx) => tx.list('files', space))
		.then((rows) => (rows.length > 0 ? client.files() : null))
		.catch((error: unknown) => (error instanceof StorageFailed ? undefined : report(error))); // closed meanwhile, or in memory by now
}

/** The account's disk, or one in memory where there is none. */
export function openDiskOf(platform: Platform, name: string): Promise<Disk> {
	const { env, report } = platform;
	return platform.openDisk(name).catch(async (error: unknown) => {
		report(error);
		const { MemoryDisk } = await insist(later.volatile, env, report);
		return new MemoryDisk();
	});
}

/**
 * Gives everything that a guest made on this device to a person, and removes the guest. Ids stay the same. Can be cut off at any moment,
 * also by a disk that fails: it is completed when the person's data is opened next.
 */
export async function adoptGuest(person: string, platform: Platform): Promise<void> {
	const { notes } = platform;
	const claimed = notes.getItem(ADOPTING);
	if (claimed !== null && claimed !== person) return; // it is being given to somebody else
	notes.setItem(ADOPTING, person);
	tellTabs(platform, 'guest');
	try {
		const { moveGuest } = await import('./adopt.ts');
		await moveGuest(platform, { guest: databaseName('guest'), account: databaseName({ person }) });
		notes.removeItem(aliveNote(databaseName('guest')));
		notes.removeItem(ADOPTING);
	} catch (error) {
		platform.report(error);
	}
}

/** Removes an account's data from this device, in all tabs. What was not sent is lost: show `mana.outbox()` first, or `exportOutbox`. */
export async function forgetAccount(account: Account, platform: Platform): Promise<void> {
	const name = databaseName(account);
	tellTabs(platform, account);
	await platform.deleteDisk(name);
	dropLastWords(platform.notes, name);
	platform.notes.removeItem(aliveNote(name));
}

/** What a guest wrote who had no disk to keep it on. */
async function orphanOf(guest: LocalMana) {
	const { transactionsOf } = await import('./adopt.ts');
	return transactionsOf([...guest.shownCells()]);
}

/** Note that a guest is being given to a person. */
const ADOPTING = 'mana-adopting';

/** Where a crash cut an adoption off, the guest's data belongs to that person already and is no guest's any more. */
async function dropClaimedGuest(platform: Platform): Promise<void> {
	const person = platform.notes.getItem(ADOPTING);
	if (person !== null) await adoptGuest(person, platform);
}

function tellTabs(platform: Platform, account: Account): void {
	const channel = platform.channel(databaseName(account));
	channel.post({ kind: 'forgetting' });
	channel.close();
}

export function databaseName(account: Account): string {
	return account === 'guest' ? 'mana-guest' : `mana-${account.person}`;
}

function aliveNote(database: string): string {
	return `alive-${database}`;
}

/** What HELLO says of a collection. */
export function schemaOf({ number, version }: Collection): { collection: number; version: number } {
	return { collection: number, version };
}
