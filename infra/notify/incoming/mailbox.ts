import { ImapFlow } from 'imapflow';
import { headNames } from './head.ts';
import type { MailboxSettings } from './mailbox-settings.ts';

/** A mail in the folder, before anything but some of its head was fetched. */
export interface Listed {
	readonly uid: number;
	readonly bytes: number;
	/** When it came, in milliseconds since 1970. */
	readonly at: number;
	/** The lines of its head that were asked for. */
	readonly head: Uint8Array;
}

/** A folder of the operator's, open. UIDs are good as long as `validity` stays (RFC 3501 §2.3.1.1). */
export interface Mailbox {
	readonly validity: string;
	/** What came after a UID, the oldest first, at most so many at once. */
	after(uid: number): Promise<Listed[]>;
	/** The whole mail, or `null`: it is not there any more. */
	source(uid: number): Promise<Uint8Array | null>;
	/** Puts a mail that was dealt with into the folder for those; where it cannot, marks it as read. */
	file(uid: number): Promise<void>;
	/** Marks a mail that could not be taken, so that whoever looks into the mailbox sees it. */
	flag(uid: number): Promise<void>;
	/** Resolves when something may have come (IDLE, RFC 2177), after `ms`, or when aborted. @throws when the connection is lost */
	wait(ms: number, signal: AbortSignal): Promise<void>;
	close(): Promise<void>;
}

/** How many heads are fetched at once. */
const AT_ONCE = 200;

/** @param done the folder for what was dealt with */
export async function openMailbox({ imap, folder }: MailboxSettings, done: string): Promise<Mailbox> {
	const client = new ImapFlow({ ...imap });
	let lost: Error | null = null;
	let wake: () => void = () => undefined;
	// Also told by what is under way; nobody else is to stumble over it.
	client.on('error', (error: Error) => {
		lost = error;
		wake();
	});
	client.on('close', () => {
		lost ??= new Error('The mailbox hung up.');
		wake();
	});
	/** Something came since the folder was looked through last. */
	let news = false;
	client.on('exists', () => {
		news = true;
		wake();
	});
	await client.connect();
	try {
		const { uidValidity } = await client.mailboxOpen(folder);
		return {
			validity: String(uidValidity),
			async after(uid) {
				news = false;
				// `7:*` would name the last mail even where that is before 7.
				const found = (await client.search({ uid: `${uid + 1}:*` }, { uid: true })) || [];
				const uids = found.filter((one) => one > uid).toSorted((a, b) => a - b);
				if (uids.length === 0) return [];
				const asked = uids.slice(0, AT_ONCE);
				const listed: Listed[] = [];
				const what = { uid: true, size: true, internalDate: true, headers: [...headNames] };
				for await (const one of client.fetch(asked, what, { uid: true }))
					listed.push({
						uid: one.uid,
						bytes: one.size ?? 0,
						at: one.internalDate === undefined ? Date.now() : new Date(one.internalDate).getTime(),
						head: one.headers ?? new Uint8Array(),
					});
				return listed.toSorted((a, b) => a.uid - b.uid);
			},
			async source(uid) {
				const found = await client.fetchOne(String(uid), { source: true }, { uid: true });
				return found === false ? null : (found.source ?? null);
			},
			async file(uid) {
				if (await moved(client, uid, done)) return;
				await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
			},
			async flag(uid) {
				await client.messageFlagsAdd(String(uid), ['\\Flagged'], { uid: true });
			},
			async wait(ms, signal) {
				if (lost) throw lost;
				if (news) return;
				await new Promise<void>((resolve) => {
					const timer = setTimeout(() => end(), ms);
					const end = () => {
						clearTimeout(timer);
						signal.removeEventListener('abort', end);
						resolve();
					};
					wake = end;
					signal.addEventListener('abort', end);
					if (signal.aborted) return end();
					client.idle().catch((error: unknown) => {
						lost ??= error instanceof Error ? error : new Error(String(error));
						end();
					});
				});
				wake = () => undefined;
				if (lost && !signal.aborted) throw lost;
			},
			async close() {
				if (lost) return client.close();
				await client.logout();
			},
		};
	} catch (error) {
		client.close();
		throw error;
	}
}

/** @returns whether it is not in the folder any more; the folder for it is made where there is none */
async function moved(client: ImapFlow, uid: number, to: string): Promise<boolean> {
	if (await client.messageMove(String(uid), to, { uid: true })) return true;
	try {
		await client.mailboxCreate(to);
	} catch (error) {
		// A server that lets nobody make folders; what is lost besides is the connection.
		if (!client.usable) throw error;
		return false;
	}
	return (await client.messageMove(String(uid), to, { uid: true })) !== false;
}
