import type { ServiceContext } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { Store } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import type { Transaction } from 'kysely';
import { Accounts } from './accounts.ts';
import type { MirrorApp } from './app.ts';
import { accountRoutes } from './routes.ts';
import { MirrorRunner } from './runner.ts';
import { doubt } from './store.ts';
import { mirrorMigrations, type MirrorTables } from './tables.ts';

/** How long to wait until what was written into a space can be read here, in milliseconds. */
const READABLE_MS = 1_000;

export interface MirrorParts {
	readonly context: Pick<ServiceContext, 'clock' | 'random' | 'log' | 'sealing' | 'verifyToken'>;
	readonly store: Pick<Store<MirrorTables>, 'db' | 'migrate'>;
	readonly app: MirrorApp;
	/** By which the app writes into spaces. */
	readonly writer: Pick<SpaceWriter<MirrorTables>, 'decidedAt'>;
	/** Whether what is at a counter of a space can be read here, within so many milliseconds. */
	reached(space: SpaceId, seq: number, withinMs: number): Promise<boolean>;
}

/** What a server of an app keeps the same as accounts elsewhere. It is told of everything that changes here. */
export class Mirror {
	readonly #parts: MirrorParts;
	readonly #accounts: Accounts;
	readonly #runner: MirrorRunner;
	/** Spaces that are being read from their beginning, and those in which something changed. */
	readonly #unread = new Set<SpaceId>();
	readonly #written = new Set<SpaceId>();

	constructor(parts: MirrorParts) {
		this.#parts = parts;
		const { app, context, store, writer } = parts;
		const { clock, random, log, sealing } = context;
		const { db } = store;
		this.#accounts = new Accounts({ db, app, sealing, clock, random });
		this.#runner = new MirrorRunner({
			db,
			app,
			accounts: this.#accounts,
			clock,
			random,
			// Only when everything that was written here can be read here can both sides be compared.
			isSettled: async (space) => {
				const seq = this.#unread.has(space) ? null : await writer.decidedAt(space);
				return seq !== null && parts.reached(space, seq, READABLE_MS);
			},
			failed: (error, account) =>
				log.info({ err: error, account }, 'an account elsewhere is not kept the same; it is tried again'),
		});
	}

	/** Something changed in a space. @param complete whether all of the space is read by now; @param concerns whether it is of what is kept the same */
	heed(space: SpaceId, { complete, concerns }: { readonly complete: boolean; readonly concerns: boolean }): void {
		if (complete) this.#unread.delete(space);
		if (concerns) this.#written.add(space);
	}

	/** What was heeded can be read. */
	kept(): void {
		for (const space of this.#written) void this.#runner.changed(space);
		this.#written.clear();
	}

	/** A space is not known any more, or is read anew from its beginning. */
	async forget(within: Transaction<MirrorTables>, space: SpaceId): Promise<void> {
		this.#unread.add(space);
		await doubt(within, space);
	}

	/** Looks at the accounts whose time has come, and from then on by itself. */
	look(): void {
		void this.#runner.look();
	}

	routes() {
		const { clock, verifyToken } = this.#parts.context;
		return accountRoutes({ accounts: this.#accounts, verifyToken, clock, look: () => this.look() });
	}

	close(): Promise<void> {
		return this.#runner.close();
	}
}

/** Opens what keeps folders of an app the same as folders elsewhere; its tables are in the app's own store. */
export async function openMirror(parts: MirrorParts): Promise<Mirror> {
	await parts.store.migrate('mirror', mirrorMigrations);
	return new Mirror(parts);
}
