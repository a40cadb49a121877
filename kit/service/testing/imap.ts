// For tests: an IMAP server (RFC 3501) with IDLE (RFC 2177), UIDPLUS (RFC 4315) and MOVE (RFC 6851), as mailboxes of today have them, in memory.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

interface Kept {
	readonly uid: number;
	readonly raw: Buffer;
	readonly flags: Set<string>;
	readonly at: Date;
}

interface Folder {
	validity: number;
	next: number;
	mails: Kept[];
}

/** What a test sees of the server. */
export interface ImapServer {
	/** For `MANA_NOTIFY_MAILBOX`, with the INBOX. */
	readonly url: string;
	/** Each command that came, without its tag. */
	readonly commands: string[];
	/** Puts a mail into a folder, and tells whoever idles on it. @returns its UID */
	deliver(raw: string | Uint8Array, folder?: string): number;
	/** The UIDs that a folder holds now. */
	uids(folder?: string): number[];
	/** The flags of a mail. */
	flags(uid: number, folder?: string): string[];
	/** The folder gets new UIDs, as after it was put back from a backup. */
	renumber(folder?: string): void;
	/** Hangs up on everybody. */
	cut(): void;
	/** While it is on, nobody gets in. */
	shut: boolean;
	close(): Promise<void>;
}

export interface ImapOptions {
	readonly user?: string;
	readonly password?: string;
	/** Capabilities that it does not have. */
	readonly without?: readonly string[];
	readonly tls?: { readonly key: string; readonly cert: string };
}

const capabilities = ['IMAP4rev1', 'IDLE', 'UIDPLUS', 'MOVE', 'NAMESPACE', 'LITERAL+', 'SPECIAL-USE'];

/** Starts a server on loopback, with a user of its own. */
export async function startImap({
	user = 'mana',
	password = 'a password: with/signs',
	without = [],
	tls,
}: ImapOptions = {}): Promise<ImapServer> {
	const folders = new Map<string, Folder>([['INBOX', { validity: 1_000, next: 1, mails: [] }]]);
	const sessions = new Set<Session>();
	const commands: string[] = [];
	const offered = capabilities.filter((one) => !without.includes(one)).join(' ');
	const world: World = {
		folders,
		offered,
		mayEnter: (name, secret) => !imap.shut && name === user && secret === password,
		said: (command) => commands.push(command),
		changed(folder) {
			for (const session of sessions) session.tell(folder);
		},
	};
	const greet = (socket: Socket): void => {
		const session = new Session(socket, world);
		sessions.add(session);
		socket.on('close', () => sessions.delete(session));
		// A client that was killed hangs up like this.
		socket.on('error', () => socket.destroy());
	};
	const server: Server = tls ? createTlsServer({ ...tls }, greet) : createServer(greet);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new TypeError('The IMAP server has no port.');
	const at = (folder: string) => folders.get(folder) ?? { validity: 1, next: 1, mails: [] };
	const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
	const imap: ImapServer = {
		url: tls ? `imaps://${login}@127.0.0.1:${address.port}/INBOX` : `imap://${login}@127.0.0.1:${address.port}/INBOX?tls=off`,
		commands,
		shut: false,
		deliver(raw, name = 'INBOX') {
			const folder = at(name);
			const uid = folder.next++;
			const bytes = typeof raw === 'string' ? Buffer.from(raw) : Buffer.from(raw);
			folder.mails.push({ uid, raw: bytes, flags: new Set(), at: new Date() });
			world.changed(name);
			return uid;
		},
		uids: (name = 'INBOX') => at(name).mails.map(({ uid }) => uid),
		flags: (uid, name = 'INBOX') => [...(at(name).mails.find((one) => one.uid === uid)?.flags ?? [])],
		renumber(name = 'INBOX') {
			const folder = at(name);
			folder.validity++;
			folder.mails = folder.mails.map((one, n) => ({ ...one, uid: n + 1 }));
			folder.next = folder.mails.length + 1;
			this.cut();
		},
		cut() {
			for (const session of sessions) session.hangUp();
		},
		close: () =>
			new Promise((resolve) => {
				for (const session of sessions) session.hangUp();
				server.close(() => resolve());
			}),
	};
	return imap;
}

interface World {
	readonly folders: Map<string, Folder>;
	readonly offered: string;
	mayEnter(user: string, password: string): boolean;
	said(command: string): void;
	changed(folder: string): void;
}

/** One connection. */
class Session {
	readonly #socket: Socket;
	readonly #world: World;
	#rest = Buffer.alloc(0);
	/** A command whose literals are still coming. */
	#begun = '';
	#awaited = 0;
	#name: string | null = null;
	#idle: string | null = null;
	#known = 0;

	constructor(socket: Socket, world: World) {
		this.#socket = socket;
		this.#world = world;
		socket.on('data', (bytes: Buffer) => this.#take(bytes));
		this.#say(`* OK [CAPABILITY ${world.offered}] ready`);
	}

	hangUp(): void {
		this.#socket.destroy();
	}

	/** A folder changed: whoever idles on it hears of it. */
	tell(folder: string): void {
		if (this.#idle !== null && folder === this.#name) this.#count();
	}

	#say(line: string): void {
		if (!this.#socket.destroyed) this.#socket.write(`${line}\r\n`);
	}

	#take(bytes: Buffer): void {
		this.#rest = Buffer.concat([this.#rest, bytes]);
		for (;;) {
			if (this.#awaited > 0) {
				if (this.#rest.length < this.#awaited) return;
				this.#begun += `"${this.#rest.subarray(0, this.#awaited).toString().replaceAll(/["\\]/g, '\\$&')}"`;
				this.#rest = this.#rest.subarray(this.#awaited);
				this.#awaited = 0;
			}
			const end = this.#rest.indexOf('\r\n');
			if (end < 0) return;
			const line = this.#rest.subarray(0, end).toString();
			this.#rest = this.#rest.subarray(end + 2);
			const literal = /\{(\d+)(\+?)\}$/.exec(line);
			if (literal) {
				this.#begun += line.slice(0, literal.index);
				this.#awaited = Number(literal[1]);
				if (literal[2] === '') this.#say('+ go on');
				continue;
			}
			const whole = this.#begun + line;
			this.#begun = '';
			if (this.#idle === null) this.#answer(whole);
			else if (whole.toUpperCase() === 'DONE') {
				this.#say(`${this.#idle} OK idle ended`);
				this.#idle = null;
			}
		}
	}

	#folder(): Folder {
		const folder = this.#name === null ? undefined : this.#world.folders.get(this.#name);
		if (!folder) throw new Refused('BAD', 'No folder is open.');
		return folder;
	}

	#count(): void {
		const { mails } = this.#folder();
		this.#known = mails.length;
		this.#say(`* ${this.#known} EXISTS`);
	}

	#answer(line: string): void {
		const [, tag = '*', command = ''] = /^(\S+) (.*)$/s.exec(line) ?? [];
		this.#world.said(command.replace(/^LOGIN .*/i, 'LOGIN'));
		const [, first = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(command) ?? [];
		const isUid = first.toUpperCase() === 'UID';
		const [, verb = '', words = ''] = isUid ? (/^(\S+) ?(.*)$/s.exec(rest) ?? []) : ['', first, rest];
		try {
			const said = this.#do(verb.toUpperCase(), words, tag);
			if (said !== null) this.#say(`${tag} OK ${said}`);
			if (verb.toUpperCase() === 'LOGOUT') this.#socket.end();
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			this.#say(`${tag} ${error.kind} ${error.message}`);
		}
	}

	/** @returns what stands behind OK; `null`: nothing is answered yet */
	#do(verb: string, words: string, tag: string): string | null {
		const { folders, offered, mayEnter } = this.#world;
		const [one = '', two = ''] = stringsIn(words);
		switch (verb) {
			case 'CAPABILITY':
				this.#say(`* CAPABILITY ${offered}`);
				return 'done';
			case 'LOGIN':
				if (!mayEnter(one, two)) throw new Refused('NO', '[AUTHENTICATIONFAILED] Who are you?');
				return `[CAPABILITY ${offered}] welcome`;
			case 'NAMESPACE':
				this.#say('* NAMESPACE (("" "/")) NIL NIL');
				return 'done';
			case 'LIST':
			case 'LSUB':
				for (const name of folders.keys())
					if (two === '*' || two === '%' || two === name) this.#say(`* ${verb} () "/" "${name}"`);
				return 'done';
			case 'CREATE':
				if (folders.has(one)) throw new Refused('NO', '[ALREADYEXISTS] It is there.');
				folders.set(one, { validity: 2_000, next: 1, mails: [] });
				return 'done';
			case 'SUBSCRIBE':
			case 'NOOP':
			case 'CHECK':
				if (this.#name !== null && this.#folder().mails.length !== this.#known) this.#count();
				return 'done';
			case 'SELECT':
			case 'EXAMINE': {
				const folder = folders.get(one);
				if (!folder) throw new Refused('NO', '[NONEXISTENT] No such folder.');
				this.#name = one;
				this.#say('* FLAGS (\\Seen \\Flagged \\Deleted)');
				this.#say('* OK [PERMANENTFLAGS (\\Seen \\Flagged \\Deleted \\*)] kept');
				this.#count();
				this.#say(`* OK [UIDVALIDITY ${folder.validity}] valid`);
				this.#say(`* OK [UIDNEXT ${folder.next}] next`);
				return '[READ-WRITE] open';
			}
			case 'IDLE':
				this.#idle = tag;
				this.#say('+ idling');
				if (this.#folder().mails.length !== this.#known) this.#count();
				return null;
			case 'SEARCH':
				this.#say(
					`* SEARCH ${this.#chosen(/UID (\S+)/.exec(words)?.[1] ?? '1:*')
						.map(({ uid }) => uid)
						.join(' ')}`,
				);
				return 'done';
			case 'FETCH': {
				const [, set = '', items = ''] = /^(\S+) (.*)$/s.exec(words) ?? [];
				for (const mail of this.#chosen(set)) this.#fetch(mail, items);
				return 'done';
			}
			case 'STORE': {
				const [, set = '', how = '', flags = ''] = /^(\S+) (\S+) \((.*)\)$/.exec(words) ?? [];
				for (const mail of this.#chosen(set))
					for (const flag of flags.split(' ')) {
						if (how.startsWith('-')) mail.flags.delete(flag);
						else mail.flags.add(flag);
					}
				return 'done';
			}
			case 'COPY':
			case 'MOVE': {
				if (verb === 'MOVE' && !offered.includes('MOVE')) throw new Refused('BAD', 'What is MOVE?');
				const [, set = ''] = /^(\S+)/.exec(words) ?? [];
				const target = folders.get(stringsIn(words.slice(set.length + 1))[0] ?? '');
				if (!target) throw new Refused('NO', '[TRYCREATE] No such folder.');
				const moved = this.#chosen(set);
				if (moved.length === 0) return 'nothing';
				const copies = moved.map((mail) => ({ ...mail, flags: new Set(mail.flags), uid: target.next++ }));
				target.mails.push(...copies);
				const code = `[COPYUID ${target.validity} ${moved.map(({ uid }) => uid).join(',')} ${copies.map(({ uid }) => uid).join(',')}]`;
				if (verb === 'COPY') return `${code} done`;
				this.#say(`* OK ${code} moved`);
				this.#drop(moved);
				return 'done';
			}
			case 'EXPUNGE': {
				const all = words === '' ? this.#folder().mails : this.#chosen(words);
				this.#drop(all.filter(({ flags }) => flags.has('\\Deleted')));
				return 'done';
			}
			case 'CLOSE':
			case 'UNSELECT':
				this.#name = null;
				return 'done';
			case 'LOGOUT':
				this.#say('* BYE');
				return 'done';
			default:
				throw new Refused('BAD', `What is ${verb}?`);
		}
	}

	/** By UIDs, as every client of today asks. `4:*` names the last one, too, where that is before 4 (RFC 3501 §9). */
	#chosen(set: string): Kept[] {
		const { mails } = this.#folder();
		const last = mails.at(-1)?.uid ?? 0;
		const ranges = set.split(',').map((range) => {
			const [from = 0, to = from] = range.split(':').map((one) => (one === '*' ? last : Number(one)));
			return [Math.min(from, to), Math.max(from, to)] as const;
		});
		return mails.filter(({ uid }) => ranges.some(([from, to]) => uid >= from && uid <= to));
	}

	#drop(mails: readonly Kept[]): void {
		const folder = this.#folder();
		for (const mail of mails) {
			const n = folder.mails.indexOf(mail);
			if (n < 0) continue;
			folder.mails.splice(n, 1);
			this.#say(`* ${n + 1} EXPUNGE`);
		}
		this.#known = folder.mails.length;
	}

	#fetch(mail: Kept, items: string): void {
		const n = this.#folder().mails.indexOf(mail) + 1;
		const parts: (string | Buffer)[] = [`* ${n} FETCH (UID ${mail.uid}`];
		if (/\bFLAGS\b/.test(items)) parts.push(` FLAGS (${[...mail.flags].join(' ')})`);
		if (items.includes('RFC822.SIZE')) parts.push(` RFC822.SIZE ${mail.raw.length}`);
		if (items.includes('INTERNALDATE')) parts.push(` INTERNALDATE "${internal(mail.at)}"`);
		const [, names] = /BODY\.PEEK\[HEADER\.FIELDS \(([^)]*)\)\]/.exec(items) ?? [];
		if (names !== undefined) {
			const head = headOf(mail.raw, names.toLowerCase().replaceAll('"', '').split(' '));
			parts.push(` BODY[HEADER.FIELDS (${names})] {${head.length}}\r\n`, head);
		}
		if (items.includes('BODY.PEEK[]')) parts.push(` BODY[] {${mail.raw.length}}\r\n`, mail.raw);
		parts.push(')\r\n');
		if (!this.#socket.destroyed) this.#socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
	}
}

class Refused extends Error {
	readonly kind: 'NO' | 'BAD';
	constructor(kind: 'NO' | 'BAD', message: string) {
		super(message);
		this.kind = kind;
	}
}

function stringsIn(words: string): string[] {
	return [...words.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
		quoted === undefined ? plain! : quoted.replaceAll(/\\(.)/g, '$1'),
	);
}

/** The lines of a head that were asked for, with the empty line behind it. */
function headOf(raw: Buffer, names: readonly string[]): Buffer {
	const [head = ''] = raw.toString('latin1').split('\r\n\r\n', 1);
	const lines = head.split(/\r\n(?![ \t])/).filter((line) => names.includes(line.split(':')[0]!.toLowerCase()));
	return Buffer.from(`${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');
}

function internal(at: Date): string {
	const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString())!;
	return `${day}-${month}-${year} ${time} +0000`;
}
