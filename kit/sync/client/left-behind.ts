import { chunkShelf } from './conversation/chunk-shelf.ts';
import type { SpaceId } from '../cell.ts';
import type { Disk } from './disk.ts';
import { JournalStore } from './journal-store.ts';
import { recoverWords } from './last-words.ts';
import { databaseName, forgetAccount } from './open.ts';
import type { Platform } from './platform.ts';
import { QUARANTINE } from './quarantine.ts';
import { QuarantineStore } from './quarantined.ts';
import { type Origin, PERSONAL } from './store.ts';

/** Somebody whose account is no more, and of whom this device still has what was never sent. */
export interface Left {
	readonly person: string;
	/** What they called themselves. */
	readonly name: string;
}

/** The note that lists them. */
const NOTE = 'left-behind';

/** A shared space that somebody was in, and what it was called. */
export type LeftSpace = Pick<Origin, 'name'> & { readonly space: SpaceId };

/**
 * Somebody's account is no more: what they wrote or added and could never send is put aside on this device, to be saved and dropped, and
 * everything else of theirs goes from it. Bears being done again, wherever it was cut off. Nobody may have the account open any more.
 */
export async function leaveBehind({ person, name }: Left, spaces: readonly LeftSpace[], platform: Platform): Promise<void> {
	const { env, notes } = platform;
	const database = databaseName({ person });
	const disk = await platform.openDisk(database);
	try {
		for (const from of [{ space: null, name }, ...spaces]) {
			const store = new JournalStore(disk, env.randomBytes, chunkShelf, ...(from.space === null ? [] : [from.space]));
			await recoverWords(store, `${database}/${from.space ?? PERSONAL}`, from, platform);
			await store.wipe({ ...from, at: Math.round(env.now()) });
		}
		if (await move(disk, await platform.openDisk(leftName(person))))
			notes.setItem(NOTE, JSON.stringify([...all(platform).filter((one) => one.person !== person), { person, name }]));
	} finally {
		disk.close();
	}
	await forgetAccount({ person }, platform);
}

/** Copies what lies in the quarantine of one database to the same places of another. @returns whether there was anything */
async function move(from: Disk, to: Disk): Promise<boolean> {
	const areas = ['outbox', 'files', 'bytes'] as const;
	try {
		const found = await from.run('read', areas, async (tx) => {
			const rows = [];
			for (const area of areas) for (const row of await tx.list(area, QUARANTINE)) rows.push({ area, ...row });
			return rows;
		});
		await to.run('write-strict', areas, async (tx) => {
			for (const { area, at, value } of found) tx.put(area, [QUARANTINE, at], value);
		});
		return found.length > 0;
	} finally {
		to.close();
	}
}

/** What those left on this device whose accounts are no more. */
export class LeftBehind {
	readonly #platform: Pick<Platform, 'notes' | 'openDisk' | 'deleteDisk'>;

	constructor(platform: Pick<Platform, 'notes' | 'openDisk' | 'deleteDisk'>) {
		this.#platform = platform;
	}

	get all(): readonly Left[] {
		return all(this.#platform);
	}

	quarantine({ person }: Left): QuarantineStore {
		return new QuarantineStore(() => this.#platform.openDisk(leftName(person)));
	}

	/** Removes the last of somebody. */
	async drop({ person }: Left): Promise<void> {
		const { notes } = this.#platform;
		const others = this.all.filter((one) => one.person !== person);
		if (others.length > 0) notes.setItem(NOTE, JSON.stringify(others));
		else notes.removeItem(NOTE);
		await this.#platform.deleteDisk(leftName(person));
	}
}

function all({ notes }: Pick<Platform, 'notes'>): readonly Left[] {
	const kept = notes.getItem(NOTE);
	return kept === null ? [] : (JSON.parse(kept) as Left[]);
}

function leftName(person: string): string {
	return `mana-left-${person}`;
}
