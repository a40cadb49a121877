import type { RandomBytes } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import type { Accounts } from './accounts.ts';
import type { MirrorApp } from './app.ts';
import { runRound } from './round.ts';
import {
	type Account,
	accountById,
	dueAccounts,
	itemsOf,
	keepLease,
	LeaseLost,
	type Link,
	linksOf,
	type MirrorDb,
	NEVER,
	noteAccount,
	noteLink,
	takeLease,
	trouble,
} from './store.ts';
import { Trouble, type TroubleCode, troubles } from './trouble.ts';

const MINUTE_MS = 60_000;
/** How often an account is looked at where nothing happens here; after a failure: the first wait, doubled up to the longest. */
const [USUAL_MS, AGAIN_MS, LONGEST_AGAIN_MS] = [5 * MINUTE_MS, MINUTE_MS, 6 * 60 * MINUTE_MS];
/** How long after a change here: whoever writes one thing often writes another; and while what was written is not to be read yet. */
const [SOON_MS, UNSETTLED_MS] = [1_000, 500];
/** How many accounts are looked at at once. */
const AT_ONCE = 4;
/** How long a copy of the service has an account for itself, and how often it says that it goes on: who died is followed after that. */
const [LEASE_MS, GOES_ON_MS] = [2 * MINUTE_MS, MINUTE_MS / 2];

/** What is the matter with one folder only; the others of its account may still be well. */
const ofFolder: ReadonlySet<TroubleCode> = new Set(['gone', 'removed-here', 'forbidden', 'full', 'many-gone', 'unreadable']);

export interface RunnerParts {
	readonly db: MirrorDb;
	readonly app: MirrorApp;
	readonly accounts: Pick<Accounts, 'login'>;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	/** Whether everything that was written into a space can be read here, so that both sides can be compared. */
	isSettled(space: SpaceId): Promise<boolean>;
	/** Told why an account could not be kept the same; it is tried again, later each time. */
	failed(error: unknown, account: string): void;
}

/** Keeps folders here and elsewhere the same: each account by itself, in its own time. What it needs to go on stands in the store. */
export class MirrorRunner {
	readonly #parts: RunnerParts;
	readonly #running = new Map<string, Promise<void>>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#looking: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(parts: RunnerParts) {
		this.#parts = parts;
	}

	/** Looks at the accounts whose time has come, and comes back when that of the next one has. Resolves when it has looked at them. */
	async look(): Promise<void> {
		this.#looking = this.#looking.then(() => this.#start());
		await this.#looking;
		await Promise.all(this.#running.values());
	}

	/** Something changed in a space: accounts that have a folder in it are looked at soon. */
	async changed(space: SpaceId): Promise<void> {
		const { db, clock } = this.#parts;
		const soon = clock.now() + SOON_MS;
		const touched = await db
			.updateTable('mirror_account')
			.set({ next_at: soon })
			.where('next_at', '>', soon)
			.where('trouble', 'is', null)
			.where('id', 'in', db.selectFrom('mirror_link').select('account').where('space', '=', space))
			.executeTakeFirst();
		if (touched.numUpdatedRows > 0n) void this.look();
	}

	/** Waits until nothing is under way; what was begun goes on at the next start. */
	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.#looking;
		await Promise.all(this.#running.values());
	}

	async #start(): Promise<void> {
		const { db, clock, failed } = this.#parts;
		clearTimeout(this.#timer);
		if (this.#closed) return;
		try {
			const { due, next } = await dueAccounts(db, clock.now());
			for (const account of due) if (!this.#running.has(account.id) && this.#running.size < AT_ONCE) this.#begin(account);
			if (next < NEVER) this.#timer = setTimeout(() => void this.look(), Math.min(USUAL_MS, Math.max(0, next - clock.now())));
		} catch (error) {
			failed(error, '');
			this.#timer = setTimeout(() => void this.look(), AGAIN_MS);
		}
	}

	#begin(account: Account): void {
		const running = this.#run(account)
			.catch((error: unknown) => this.#parts.failed(error, account.id))
			.finally(() => {
				this.#running.delete(account.id);
				void this.look();
			});
		this.#running.set(account.id, running);
	}

	/** Looks at an account, if no other copy of the service does. */
	async #run(account: Account): Promise<void> {
		const { db, clock, random } = this.#parts;
		const lease = Buffer.from(random(new Uint8Array(12))).toString('base64url');
		const now = clock.now();
		if (!(await takeLease(db, account.id, lease, { now, until: now + LEASE_MS }))) return;
		const going = setInterval(() => {
			keepLease(db, account.id, lease, clock.now() + LEASE_MS).catch((error: unknown) => this.#parts.failed(error, account.id));
		}, GOES_ON_MS);
		try {
			await this.#lookAt(account, lease);
		} catch (error) {
			// What it did until then is done, and the other one goes on from there.
			if (!(error instanceof LeaseLost)) throw error;
		} finally {
			clearInterval(going);
			await keepLease(db, account.id, lease, 0);
		}
	}

	async #lookAt(account: Account, lease: string): Promise<void> {
		const { db, app, accounts, clock, failed } = this.#parts;
		// Whatever changes from here on has it looked at again.
		await noteAccount(db, account.id, { next_at: clock.now() + USUAL_MS });
		let againMs = USUAL_MS;
		try {
			const login = accounts.login(account);
			const service = app.services[account.service];
			if (!service) throw new Trouble('no-account', `There is no way to ${account.service} here (any more).`);
			for (const link of await linksOf(db, account.id)) {
				if (this.#closed) return;
				if (link.trouble !== null && troubles[link.trouble].stops) continue;
				againMs = Math.min(againMs, await this.#keep(link, lease, () => service.open(login, link)));
			}
		} catch (error) {
			if (error instanceof LeaseLost) throw error;
			failed(error, account.id);
			return this.#failed(account, error);
		}
		await noteAccount(db, account.id, { ...trouble(null, null), failures: 0 });
		await this.#sooner(account.id, clock.now() + againMs);
	}

	/** Keeps one folder the same. @returns in how many milliseconds to look again @throws Trouble of its account */
	async #keep(link: Link, lease: string, open: () => ReturnType<MirrorApp['services'][string]['open']>): Promise<number> {
		const { db, app, clock, isSettled, failed } = this.#parts;
		const { id, space, home, token, may_lose } = link;
		try {
			if (!(await isSettled(space))) return UNSETTLED_MS;
			if (!(await app.stands(space, home)))
				throw new Trouble('removed-here', 'It was removed here. What is there stays as it is.');
			const parts = {
				there: open(),
				here: app.here(space, home),
				items: itemsOf(db, id, lease),
				texts: app.texts,
				clock,
				mayLoseMany: may_lose === 1,
			};
			const end = await runRound(parts, token);
			await noteLink(db, id, { token: end.token, synced_at: clock.now(), may_lose: 0, ...trouble(null, null) });
			return end.againMs ?? USUAL_MS;
		} catch (error) {
			if (!(error instanceof Trouble) || !ofFolder.has(error.code)) throw error;
			failed(error, link.account);
			await noteLink(db, id, { ...trouble(error.code, error.message), done: 0, total: 0 });
			return USUAL_MS;
		} finally {
			app.wake();
		}
	}

	async #failed({ id, failures }: Account, error: unknown): Promise<void> {
		const { db, clock } = this.#parts;
		const known = error instanceof Trouble ? error : null;
		const waitMs = Math.max(known?.retryAfterMs ?? 0, Math.min(LONGEST_AGAIN_MS, AGAIN_MS * 2 ** failures));
		await noteAccount(db, id, {
			failures: failures + 1,
			...trouble(
				known?.code ?? 'unreadable',
				known?.message ?? 'Something here went wrong; whoever runs this Mana finds it in the log.',
			),
			next_at: known && troubles[known.code].stops ? NEVER : clock.now() + waitMs,
		});
	}

	/** Looks again at a time, unless something has it looked at before that. */
	async #sooner(id: string, at: number): Promise<void> {
		const { db } = this.#parts;
		const now = await accountById(db, id);
		if (now && now.next_at > at) await noteAccount(db, id, { next_at: at });
	}
}
