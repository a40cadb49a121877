import type { Logger, RandomBytes } from '@mana/service';
import { rateLimit } from '@mana/service/rate-limit';
import { pause } from '@mana/service/pause';
import { createHash } from 'node:crypto';
import { newId } from '../ids.ts';
import { addressByToken } from './addresses.ts';
import { type HandedOver, handOver, type HandOverParts } from './hand-over.ts';
import { type MailHead, readHead } from './head.ts';
import { type Listed, type Mailbox, openMailbox } from './mailbox.ts';
import type { MailboxSettings } from './mailbox-settings.ts';
import {
	due,
	forgetIncoming,
	hold,
	HOLD_MS,
	type IncomingRow,
	keepFound,
	nextDue,
	release,
	settleIncoming,
	unfiled,
} from './store.ts';
import type { IncomingState } from './tables.ts';

/** The largest mail that is read, in bytes. */
export const MOST_BYTES = 25 * 1024 * 1024;
/** To one address so many at once, and one more every two seconds: the rest waits in the mailbox. */
const PER_ADDRESS = { burst: 30, refillMs: 2_000 } as const;
/** Even where a server tells of what is new, it is asked so often, in milliseconds: some connections die in silence. */
const POLL_MS = 60_000;
/** When a lost mailbox, and a mail that could not be handed over, are tried again, in milliseconds; and when a mail is given up. */
const RECONNECT = { firstMs: 1_000, longestMs: 300_000 } as const;
const AGAIN = { firstMs: 1_000, longestMs: 3_600_000, giveUpMs: 14 * 86_400_000 } as const;
const FORGET_EVERY_MS = 86_400_000;

export interface IncomingParts extends HandOverParts {
	readonly settings: MailboxSettings;
	/** The folder for what was dealt with. */
	readonly done: string;
	readonly random: RandomBytes;
	readonly log: Logger;
	/** Host of this Mana, as its own Message-IDs have it. */
	readonly host: string;
	/** Told of each mail that ended. */
	ended(row: IncomingRow, state: Exclude<IncomingState, 'waiting'>, code: string): Promise<void>;
}

/** How it stands with the mailbox. */
export type MailboxState =
	| { readonly kind: 'connecting' }
	| { readonly kind: 'open'; readonly since: number }
	/** Another process reads it. */
	| { readonly kind: 'elsewhere' }
	| { readonly kind: 'lost'; readonly since: number; readonly reason: string };

/**
 * Reads the operator's mailbox. A mail to an address of ours is written down before anything is done with it, handed over until its service
 * has said what became of it, and then put away; the mailbox keeps it until then, so a mail that was half dealt with when the power went is
 * dealt with after. All other mails are left as they are.
 */
export class Incoming {
	readonly #parts: IncomingParts;
	readonly #holder: string;
	readonly #stopping = new AbortController();
	readonly #limit: ReturnType<typeof rateLimit>;
	#running: Promise<void> = Promise.resolve();
	#forgottenAt = 0;
	state: MailboxState = { kind: 'connecting' };

	constructor(parts: IncomingParts) {
		this.#parts = parts;
		this.#holder = newId(parts.random);
		this.#limit = rateLimit({ ...PER_ADDRESS, clock: parts.clock });
	}

	start(): void {
		this.#running = this.#run();
	}

	/** Resolves once nothing is under way any more. */
	async close(): Promise<void> {
		this.#stopping.abort();
		await this.#running;
		await release(this.#parts.store.db, this.#holder);
	}

	async #run(): Promise<void> {
		const { log, clock } = this.#parts;
		const { signal } = this.#stopping;
		let againMs: number = RECONNECT.firstMs;
		while (!signal.aborted) {
			try {
				await this.#session(() => (againMs = RECONNECT.firstMs));
			} catch (error) {
				if (signal.aborted) return;
				const reason = error instanceof Error ? reasonOf(error) : String(error);
				if (this.state.kind !== 'lost') {
					this.state = { kind: 'lost', since: clock.now(), reason };
					log.error({ err: error }, 'the mailbox cannot be read; it is tried again');
				} else this.state = { ...this.state, reason };
			}
			await pause(againMs, signal);
			againMs = Math.min(RECONNECT.longestMs, againMs * 2);
		}
	}

	/** Reads the mailbox until it is lost, or another process has it. */
	async #session(opened: () => void): Promise<void> {
		const { settings, done, store, clock } = this.#parts;
		const { signal } = this.#stopping;
		if ((await hold(store.db, settings.name, this.#holder, clock.now())) === null) {
			this.state = { kind: 'elsewhere' };
			return pause(HOLD_MS / 3, signal);
		}
		const mailbox = await openMailbox(settings, done);
		try {
			for (;;) {
				const place = await hold(store.db, settings.name, this.#holder, clock.now());
				if (place === null || signal.aborted) return;
				if (await this.#find(mailbox, place)) continue;
				opened();
				if (this.state.kind !== 'open') this.state = { kind: 'open', since: clock.now() };
				const handed = await this.#handOver(mailbox);
				await this.#putAway(mailbox);
				await this.#forget();
				if (handed > 0 || signal.aborted) continue;
				const next = (await nextDue(store.db, settings.name)) ?? Infinity;
				await mailbox.wait(Math.min(POLL_MS, Math.max(50, next - clock.now())), signal);
			}
		} finally {
			await mailbox
				.close()
				.catch((error: unknown) => this.#parts.log.debug({ err: error }, 'the mailbox was not closed in order'));
		}
	}

	/** Writes down what is new. @returns whether there was something */
	async #find(mailbox: Mailbox, place: { readonly validity: string; readonly uid: number }): Promise<boolean> {
		const { store, settings } = this.#parts;
		const { validity } = mailbox;
		const listed = await mailbox.after(place.validity === validity ? place.uid : 0);
		const last = listed.at(-1);
		if (!last) return false;
		const found: IncomingRow[] = [];
		for (const one of listed) found.push(...(await this.#rowsOf(one, validity)));
		await keepFound(store, settings.name, { validity, uid: last.uid }, found);
		return true;
	}

	/** A row for each address of ours that a mail came to. */
	async #rowsOf({ uid, bytes, at, head: lines }: Listed, validity: string): Promise<IncomingRow[]> {
		const { store, settings, pattern, clock, host } = this.#parts;
		const head = await readHead(lines);
		const tokens = new Set(head.to.flatMap((address) => pattern.tokenOf(address) ?? []));
		const rows: IncomingRow[] = [];
		for (const token of tokens) {
			const address = await addressByToken(store.db, token);
			if (!address) continue;
			const own = ownMessage(head, host);
			const shared = { mailbox: settings.name, validity, uid, token, kind: address.kind, person: address.person };
			const row = { ...shared, from_address: head.from, at, run_at: clock.now(), tries: 0, reason: null, filed: 0 };
			const key = keyOf(head.messageId || `${validity} ${uid}`, token);
			if (own || isLoop(head, address.kind))
				rows.push({ ...row, key, state: 'ignored', reason: own ? 'own' : head.automatic, filed: 1, finished_at: clock.now() });
			else if (bytes > MOST_BYTES)
				rows.push({ ...row, key, ...(await this.#refuse({ ...row, key }, 'mail-too-large', 'It is larger than 25 MB.')) });
			else rows.push({ ...row, key, state: 'waiting', finished_at: null });
		}
		return rows;
	}

	async #refuse(row: Omit<IncomingRow, 'state' | 'finished_at'>, code: string, reason: string) {
		const refused = { state: 'refused', reason, finished_at: this.#parts.clock.now() } as const;
		await this.#parts.ended({ ...row, ...refused }, 'refused', code);
		return refused;
	}

	/** @returns how many were handed over, or tried to */
	async #handOver(mailbox: Mailbox): Promise<number> {
		const { store, settings, clock } = this.#parts;
		let handed = 0;
		for (const row of await due(store.db, settings.name, clock.now())) {
			if (this.#stopping.signal.aborted) break;
			if (row.validity !== mailbox.validity) {
				await settleIncoming(store.db, row.key, await this.#refuse(row, 'mail-gone', 'The mail is in the mailbox no more.'));
				continue;
			}
			const waitMs = this.#limit.take(row.token);
			if (waitMs > 0) {
				await settleIncoming(store.db, row.key, { run_at: clock.now() + waitMs });
				continue;
			}
			await hold(store.db, settings.name, this.#holder, clock.now());
			await this.#settle(row, await handOver(this.#parts, mailbox, row));
			handed++;
		}
		return handed;
	}

	async #settle(row: IncomingRow, outcome: HandedOver): Promise<void> {
		const { store, clock, ended } = this.#parts;
		const now = clock.now();
		if (outcome.kind === 'taken') {
			await settleIncoming(store.db, row.key, { state: 'taken', reason: null, finished_at: now });
			return ended(row, 'taken', '');
		}
		if (outcome.kind === 'later' && now - row.at < AGAIN.giveUpMs) {
			const waitMs = Math.min(AGAIN.longestMs, AGAIN.firstMs * 2 ** Math.min(row.tries, 20));
			return settleIncoming(store.db, row.key, { tries: row.tries + 1, run_at: now + waitMs, reason: outcome.reason });
		}
		const code = outcome.kind === 'refused' ? outcome.code : 'mail-given-up';
		await settleIncoming(store.db, row.key, await this.#refuse(row, code, outcome.reason));
	}

	/** Once more after a crash is the same: what was moved is not there any more. */
	async #putAway(mailbox: Mailbox): Promise<void> {
		const { store, settings } = this.#parts;
		const rows = await unfiled(store.db, settings.name, mailbox.validity);
		for (const [uid, of] of Map.groupBy(rows, (row) => row.uid)) {
			if (of.some(({ state }) => state === 'refused')) await mailbox.flag(uid);
			else await mailbox.file(uid);
			for (const { key } of of) await settleIncoming(store.db, key, { filed: 1 });
		}
	}

	async #forget(): Promise<void> {
		const { store, clock } = this.#parts;
		if (clock.now() - this.#forgottenAt < FORGET_EVERY_MS) return;
		this.#forgottenAt = clock.now();
		await forgetIncoming(store.db, clock);
	}
}

/** The same mail to the same address has the same name, wherever in the mailbox it lies. */
function keyOf(id: string, token: string): string {
	return createHash('sha256').update(`${token} ${id}`).digest('hex');
}

/** Whether this Mana sent it: its Message-IDs are ids of deliveries at its host (`channels/email.ts`). */
function ownMessage({ messageId }: MailHead, host: string): boolean {
	return /^<[\da-f]{32}@/.test(messageId) && messageId.endsWith(`@${host}>`);
}

/** Whether a mail could be part of a loop. Calendars send what their people answer by themselves and say so, which is no loop. */
function isLoop({ automatic }: MailHead, kind: IncomingRow['kind']): boolean {
	return automatic !== null && (kind === 'task' || automatic === 'replied');
}

/** What a server says of a failed sign-in stands beside the error. */
function reasonOf(error: Error): string {
	return 'responseText' in error && typeof error.responseText === 'string' ? error.responseText : error.message;
}
