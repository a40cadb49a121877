import { chunkShelf } from './conversation/chunk-shelf.ts';
import type { Collection } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import { type Access, type Action, allows, appsFromText } from '../permission.ts';
import { spaceRecordId, type SpaceRecord, spaces as spaceRecords } from '../spaces.ts';
import type { LiveQuery, Mana } from './api.ts';
import { breather } from './breathe.ts';
import { Client } from './client.ts';
import type { Disk } from './disk.ts';
import { JournalStore } from './journal-store.ts';
import { later } from './later.ts';
import { recoverWords } from './last-words.ts';
import { attend, databaseName, filesOf, openDiskOf, resumeFiles, upstreamOf } from './open.ts';
import type { Platform } from './platform.ts';
import { QuarantineStore } from './quarantined.ts';

export interface SpacesOptions {
	/** The person's own data, as `openMana` opened it: it holds the list of spaces. */
	readonly home: Mana;
	readonly person: string;
	readonly models: readonly Collection[];
	readonly platform: Platform;
}

/** The spaces of a person on this device: which there are, what one may do in each, and the data of those that are open. */
export class Spaces {
	/** Shared spaces that the person is in, oldest first. Live, and there when offline. */
	readonly mine: LiveQuery<SpaceRecord>;
	/** What was written or added in spaces that were taken from this person before it had been accepted there. */
	readonly quarantine = new QuarantineStore(() => this.#openDisk());
	readonly #options: SpacesOptions;
	readonly #open = new Map<SpaceId, Promise<Client>>();
	readonly #lost: LiveQuery<SpaceRecord>;
	readonly #stops: (() => void)[];
	/** Spaces whose traces on this device are gone, or going. */
	readonly #cleaned = new Set<string>();

	constructor(options: SpacesOptions) {
		this.#options = options;
		const { home } = options;
		this.mine = home.query(spaceRecords, { where: ({ role, deletedAt }) => role !== 'none' && deletedAt === null });
		this.#lost = home.query(spaceRecords, { where: ({ role }) => role === 'none' });
		this.#stops = [this.#lost.subscribe(() => this.#clean()), home.subscribe(() => this.#heed())];
		this.#clean();
	}

	/** The person's own data. */
	get home(): Mana {
		return this.#options.home;
	}

	/** What the person may do in a space now, as far as this device knows; the server decides again when it is done. */
	can(space: SpaceId, action: Action, app?: number): boolean {
		const record = this.#options.home.get(spaceRecords, spaceRecordId(space));
		if (!record || (record.archivedAt !== null && (action === 'write' || action === 'comment'))) return false;
		return allows(accessOf(record), action, app);
	}

	/** Opens a space; the same one while it is open. Like `openMana` it waits for no network. */
	async open(space: SpaceId): Promise<Mana> {
		const known = this.#open.get(space);
		if (known) {
			const { mana } = await known;
			if (mana.sync.problem?.code !== 'revoked') return mana;
		}
		const opening = this.#openClient(space);
		this.#open.set(space, opening);
		return (await opening).mana;
	}

	/** Stops syncing a space in this tab; what is stored of it stays. */
	async close(space: SpaceId): Promise<void> {
		const client = await this.#open.get(space);
		this.#open.delete(space);
		await client?.close();
	}

	async closeAll(): Promise<void> {
		for (const stop of this.#stops) stop();
		await Promise.all([...this.#open.keys()].map((space) => this.close(space)));
	}

	async #openClient(space: SpaceId): Promise<Client> {
		const { platform, person, models, home } = this.#options;
		const { env } = platform;
		this.#cleaned.delete(space);
		const disk = await openDiskOf(platform, databaseName({ person }));
		const name = this.#channelName(space);
		const spaceName = () => home.get(spaceRecords, spaceRecordId(space))?.name ?? '';
		const storeOn = (on: Disk) => new JournalStore(on, env.randomBytes, chunkShelf, space);
		const store = storeOn(disk);
		await recoverWords(store, name, { space, name: spaceName() }, platform);
		const client = await Client.open({
			env,
			store,
			storeOn,
			later,
			notes: platform.notes,
			breathe: breather(env.elapsed),
			channel: platform.channel(name),
			locks: platform.locks,
			name,
			remote: { ...(await upstreamOf(person, models, platform)), space },
			spaceName,
			files: filesOf({ person }, space, platform),
			storage: platform.storage,
			edited: platform.persist,
			ended: () => stop(),
			report: platform.report,
		});
		const stop = attend(client, store, name, platform);
		resumeFiles(client, disk, space, platform);
		return client;
	}

	/** Removes what is here of spaces that the person was taken out of while nobody on this device listened. */
	#clean(): void {
		for (const { id, name } of this.#lost.rows) {
			if (this.#cleaned.has(id)) continue;
			this.#cleaned.add(id);
			void this.#wipe(id as string as SpaceId, name).catch((error: unknown) => this.#options.platform.report(error));
		}
		for (const { id } of this.mine.rows) this.#cleaned.delete(id);
	}

	async #wipe(space: SpaceId, name: string): Promise<void> {
		const { platform } = this.#options;
		const channel = platform.channel(this.#channelName(space));
		channel.post({ kind: 'revoked' });
		channel.close();
		await this.#onDisk(async (disk) => {
			const store = new JournalStore(disk, platform.env.randomBytes, chunkShelf, space);
			await recoverWords(store, this.#channelName(space), { space, name }, platform);
			await store.wipe({ space, name, at: Math.round(platform.env.now()) });
		});
	}

	/** When the account is removed from this device, so are its spaces. */
	#heed(): void {
		if (this.#options.home.sync.problem?.code !== 'forgotten') return;
		for (const opening of this.#open.values()) void opening.then((client) => client.abandon());
	}

	async #onDisk<T>(work: (disk: Disk) => Promise<T>): Promise<T> {
		const disk = await this.#openDisk();
		try {
			return await work(disk);
		} finally {
			disk.close();
		}
	}

	#openDisk(): Promise<Disk> {
		return openDiskOf(this.#options.platform, databaseName({ person: this.#options.person }));
	}

	#channelName(space: SpaceId): string {
		return `${databaseName({ person: this.#options.person })}/${space}`;
	}
}

/** The access that a record in one's own list of spaces speaks of. */
export function accessOf({ role, apps }: Pick<SpaceRecord, 'role' | 'apps'>): Access | null {
	return role === 'none' ? null : { role, apps: appsFromText(apps) };
}
