import type { Cell, DeviceId, SpaceId, Transaction } from '../cell.ts';
import { boundOf, decodeFrame, encodeFrame, packPushes } from '../codec/index.ts';
import {
	ENGINE,
	LIVENESS,
	type Ack,
	type Bye,
	type Credit,
	type Delta,
	type Digest,
	type Frame,
	type Hello,
	type Move,
	type Part,
	type Pong,
	type Presence,
	type Reach,
	type Snapshot,
	type Subbed,
	type Welcome,
} from '../frames.ts';
import { EVERYTHING, type Name, nameKey, type Scope, widening } from '../scope.ts';
import type { PackedChunk } from '../snapshot/chunk.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import type { ConversationStanding, SyncState } from './api.ts';
import { type Access, covers } from '../permission.ts';
import { BackOff } from './back-off.ts';
import type * as checkups from './checkup.ts';
import { Checks, type ChecksHost } from './checks.ts';
import { Download, type ChunkSource, type NamedChunk } from './download.ts';
import type { Environment } from './environment.ts';
import type { RemotePatch, SpaceRow } from './store.ts';
import { Trace } from './trace.ts';
import { SignedOut, type Connector, type Link, type Token, type TokenSource } from './link.ts';

/** What the session speaks about: the local state of one space. */
export interface SessionHost extends ChecksHost {
	readonly device: DeviceId;
	/** Cursor and id of the space; the id is `null` until the first contact. */
	readonly space: Pick<SpaceRow, 'id' | 'epoch' | 'seq' | 'reach' | 'scope'>;
	/**
	 * The cursor to subscribe from: that of the space, or lower when something waits that was written before this device heard that its record
	 * is gone: the server may have forgotten that by now, and must say so.
	 */
	readonly from: number;
	/** Somebody else is somewhere in the space, or no more. */
	present(frame: Presence): void;
	/** The part of the space that is to be kept here from now on; `null`: everything. */
	readonly wanted: Scope | null;
	/** Records that unsent writes are about are `wanted` from now on, until they are finished with. */
	holdUnsent(): void;
	/** Decisions up to this `n` have been taken in. */
	readonly doneN: number;
	/** Decisions up to this `n` are on our disk; never above `doneN`. */
	readonly knownN: number;
	/** The `n` that the next local transaction gets. */
	readonly nextN: number;
	/** Transactions without a decision, in the order of `n`, from `from` on and without a gap. */
	unsentFrom(from: number): Iterable<Transaction>;
	/** The server told who we are. Answers a problem when this is not the space that our data is from. */
	welcomed(welcome: Welcome): Problem | null;
	subbed(subbed: Subbed): void;
	/** One checkpoint's worth of confirmed cells; `replace`: the history before it is void. */
	confirmed(patch: RemotePatch): void;
	/** Collections that the person looks at: they come first in a first download. */
	readonly first: readonly number[];
	/** A chunk that an earlier attempt has brought. */
	chunk(hash: ChunkHash): PackedChunk | undefined;
	/** A chunk came: keep it, so that it is not fetched again when this download is cut off. */
	fetched(hash: ChunkHash, bytes: Uint8Array, chunk: PackedChunk): void;
	/** Part of a first download that may be shown already. It is no checkpoint. */
	preview(epoch: number, chunks: readonly NamedChunk[]): void;
	acked(ack: Ack): void;
	/** Less may be read than before: only these apps. What lies outside goes at once. */
	narrowed(apps: readonly number[]): void;
	/** Nothing may be read any more: everything goes at once. */
	revoked(): void;
	/** The server counts our transactions differently: look at the disk, and become another device if that does not explain it. */
	disown(): Promise<void>;
	clockMeasured(skewMs: number): void;
	state(change: Pick<Partial<SyncState>, 'phase' | 'retryAt' | 'problem' | 'firstSync' | 'digest'>): void;
}

export type Problem = NonNullable<SyncState['problem']>;

/** Longest silence that is taken for granted, in ms. */
const ANSWER_MS = 10_000;
const PING_AFTER_MS = 20_000;
/** After a wake somebody is looking, and what was open may be dead: for this long less is waited, for an answer and between attempts. */
const HURRY_MS = 15_000;
const HURRIED_ANSWER_MS = 3_000;
const HURRIED_PAUSE_MS = 1_000;
/** Slowest upload that is not taken for a dead one, in bytes per ms. */
const SLOWEST = 16;
/** What may be on its way without an answer: bytes in one exchange, and on a stream until the server grants others. */
const WINDOW = { transactions: 512, ops: 4096, bytes: 2 * 1024 * 1024, grantedBytes: 256 * 1024 };
/** Bytes of DELTAs after which the server is told that they were taken in: a quarter of what it lets be on its way. */
const TELL_AFTER_BYTES = 64 * 1024;
const SIGNED_OUT_RETRY_MS = 60_000;
const MOST_FAILED_DOWNLOADS = 3;
/** Between exchanges that brought nothing. */
const PAUSE_MS = 1_000;

/** What a conversation stands at. */
type Stage = 'stopped' | 'waiting' | 'token' | 'opening' | 'greeting' | 'subscribing' | 'subscribed' | 'disowning';

/**
 * One device's conversation with the server about one space: HELLO, SUB, catch-up, PUSH, ACK, for ever. Sans-IO: time comes with `tick`,
 * bytes go through a `Link`. It never blocks local work, and no state of it is worth keeping: it can be dropped and begun at any moment.
 */
export class Session {
	readonly #env: Environment;
	readonly #host: SessionHost;
	readonly #connector: Connector;
	readonly #fetchToken: TokenSource;
	readonly #fetchChunk: ChunkSource | null;
	readonly #schema: Hello['schema'];
	readonly #backOff: BackOff;
	#stage: Stage = 'stopped';
	/** Grows with each attempt, so that late answers to an earlier one are recognised. */
	#attempt = 0;
	#link: Link | null = null;
	#token: { readonly token: string; readonly renewAt: number; readonly goodUntil: number } | null = null;
	#renewing = false;
	#retryAt = 0;
	#hurryUntil = -Infinity;
	#heardAt = 0;
	/** When we began to wait for an answer of any kind; `null` while none is due. */
	#askedAt: number | null = null;
	/** Until when the pushes on their way must have been answered. */
	#pushDeadline = Infinity;
	#pingedAt: number | null = null;
	#bestRoundTrip = Infinity;
	#sentN = 0;
	#ackedN = 0;
	/** The newest checkpoint of the space that we heard of, and when something last brought us nearer to it. */
	#head = 0;
	#movedAt = 0;
	#staged: Staged | null = null;
	/** The part that was asked for on this connection, when the state is of another one yet. */
	#rescope: { readonly scope: Scope | null } | null = null;
	/** That part needs the state from its start. */
	#fromStart = false;
	/** The state is on its way from its start, although there is one: what does not come has left. */
	#restarted = false;
	/** The part that this connection asks for, as a text. */
	#asked = 'null';
	/** This connection asks for a part. */
	#parted = false;
	/** The server is too old for parts: it is asked for everything. */
	#plain = false;
	/** What may be read, as the server told on this connection; `undefined`: nothing told, so all. */
	#told: Access['apps'] | undefined;
	/** The server has forgotten things that we should have been told of: what we have is void. */
	#anew = false;
	/** More may be read than we have, so the state is asked for from its start. */
	#lacking = false;
	#download: Download | null = null;
	/** What the download brought; `null` while there is none or it goes on. */
	#chunks: readonly NamedChunk[] | null = null;
	/** The DELTAs behind a snapshot have reached a checkpoint. */
	#tailed = false;
	/** Downloads that failed, one after another: after a few, the state comes by DELTA. */
	#failedDownloads = 0;
	/** An exchange is under way that only asks for news. */
	#polling = false;
	/** This connection brought something. */
	#news = false;
	#unauthorised = 0;
	/** How often the server disowned us since we were last caught up. */
	#disowned = 0;
	readonly #trace: Trace;
	/** The newest local transaction that the trace has, and of which device. */
	#tracedN = 0;
	#traced: DeviceId | null = null;
	#role: Subbed['role'] | null = null;
	/** The server told that it takes CREDIT and DIGEST. */
	#lively = false;
	/** Bytes of pushes that the server lets wait for an answer, and those that do, by the `n` of their last transaction. */
	#granted: number = WINDOW.grantedBytes;
	#unanswered: { readonly n: number; readonly bytes: number }[] = [];
	/** Bytes of DELTAs that the server was not told of yet. */
	#untold = 0;
	readonly #checks: Checks;
	/** Questions of this tab and others. The first one is asked: the server answers one at a time. */
	#questions: { readonly question: Digest; readonly answered: (answer: Digest) => void; asked: boolean }[] = [];

	constructor(parts: {
		env: Environment;
		host: SessionHost;
		connector: Connector;
		token: TokenSource;
		schema: Hello['schema'];
		chunks?: ChunkSource;
		/** Loads what compares digests. */
		checkup: () => Promise<typeof checkups>;
	}) {
		this.#env = parts.env;
		this.#host = parts.host;
		this.#connector = parts.connector;
		this.#fetchToken = parts.token;
		this.#fetchChunk = parts.chunks ?? null;
		this.#schema = parts.schema;
		this.#backOff = new BackOff(() => this.#env.random());
		this.#trace = new Trace(() => this.#env.now());
		this.#checks = new Checks(
			this.#env,
			this.#host,
			(question) => this.ask(question, (answer) => this.#checks.heard(answer)),
			parts.checkup,
		);
	}

	/** How the conversation stands, for the inspector. */
	get standing(): ConversationStanding {
		return {
			stage: this.#stage,
			over: this.#link?.kind ?? null,
			head: this.#head,
			onTheWay: this.#sentN - this.#ackedN,
			role: this.#role,
			credit: {
				push: { granted: this.#granted, used: this.#unanswered.reduce((sum, { bytes }) => sum + bytes, 0) },
				untold: this.#untold,
			},
			trace: this.#trace.events,
		};
	}

	start(): void {
		if (this.#stage !== 'stopped') return;
		this.#trace.note({ what: 'started' });
		this.#traceWrites();
		// Becoming another device did not help: a defect of one side must not make devices as fast as the network carries them.
		if (this.#disowned > 1) return this.#wait(0);
		this.#tell({ phase: 'connecting', retryAt: null, problem: null });
		this.#begin();
	}

	stop(): void {
		if (this.#stage !== 'stopped') this.#trace.note({ what: 'stopped' });
		this.#drop();
		this.#checks.drop();
		this.#questions = [];
		this.#lacking = false;
		this.#stage = 'stopped';
	}

	/** The network came back, the person came back or signed in: try now, and see whether what is open still leads somewhere. */
	wake(): void {
		const now = this.#env.elapsed();
		this.#trace.note({ what: 'woken' });
		this.#hurryUntil = now + HURRY_MS;
		this.#backOff.reset();
		// An exchange answers in its own time; another one is cheaper than to ask what became of it.
		if (this.#stage === 'waiting' || this.#link?.kind === 'exchange') return this.#begin();
		if (this.#stage === 'subscribed' && this.#link?.kind === 'stream' && this.#pingedAt === null) this.#ping(now);
	}

	/** Something new waits in the outbox. */
	flush(): void {
		this.#traceWrites();
		if (this.#polling) this.#begin(); // breaks off a question that only waits for news
		else if (this.#stage === 'subscribed' && this.#link?.kind === 'stream') this.#push();
	}

	/** Asks the server about digests, after whatever was asked before. Without a connection that knows them nobody answers. */
	ask(question: Digest, answered: (answer: Digest) => void): void {
		if (!this.#lively) return;
		this.#questions.push({ question, answered, asked: false });
		if (this.#link?.kind === 'stream') this.#askNext();
		else if (this.#polling || this.#stage === 'waiting') this.#begin();
	}

	/** Says where this device is. Without a connection on which that makes sense it is not said. */
	say(frame: Presence): void {
		if (this.#lively && this.#stage === 'subscribed' && this.#link?.kind === 'stream') this.#send(frame);
	}

	/** The leading tab asked for this one too. */
	answered(answer: Digest): void {
		if (!this.#host.leads) this.#checks.heard(answer);
	}

	/** Runs `merge`, which merges what the leading tab told and moves the cursor. */
	around(cells: readonly Cell[], merge: () => void): void {
		this.#checks.around(cells, merge);
	}

	/** Time has passed. Call it about once a second. */
	tick(): void {
		const now = this.#env.elapsed();
		if (!this.#host.leads) return this.#checks.tick(this.#host.live);
		this.#checks.tick(this.#lively);
		if (this.#stage === 'waiting' && now >= this.#retryAt) return this.#begin();
		if (!this.#link) return this.#watchToken(now);
		const silent = this.#askedAt !== null && now - Math.max(this.#askedAt, this.#heardAt) > this.#patience(now);
		const behind = this.#lacking || this.#rescope !== null || this.#host.space.seq < this.#head;
		const stalled = this.#stage === 'subscribed' && behind && now - this.#movedAt > ANSWER_MS;
		if (silent || stalled || now > this.#pushDeadline) return this.#lost('no-answer', 'The server does not answer.');
		if (this.#link.kind === 'exchange' || this.#stage !== 'subscribed') return;
		if (this.#pingedAt === null && now - this.#heardAt > PING_AFTER_MS) this.#ping(now);
		if (this.#token && now > this.#token.renewAt) this.#renew();
		if (this.#asked !== this.#target()) this.#anewForPart(); // what is wanted here moved on with time, or with what is unfinished
	}

	#begin(): void {
		this.#drop();
		const attempt = this.#attempt;
		if (this.#token && this.#env.elapsed() < this.#token.goodUntil) return this.#open(this.#token.token);
		this.#stage = 'token';
		this.#askedAt = this.#env.elapsed();
		this.#fetchToken().then(
			(token) => {
				if (attempt !== this.#attempt) return;
				this.#open(this.#keep(token));
			},
			(error: unknown) => {
				if (attempt !== this.#attempt) return;
				if (error instanceof SignedOut) this.#signedOut();
				else this.#lost('no-token', 'The server cannot be reached.');
			},
		);
	}

	#open(token: string): void {
		this.#stage = 'opening';
		this.#askedAt = this.#heardAt = this.#env.elapsed();
		const attempt = this.#attempt;
		const current = () => attempt === this.#attempt;
		this.#link = this.#connector.open({
			opened: () => current() && this.#greet(token),
			received: (bytes) => current() && this.#hear(bytes),
			closed: (how) => current() && this.#ended(how),
		});
		this.#trace.note({ what: 'opened', over: this.#link.kind });
	}

	#greet(token: string): void {
		const { device, space } = this.#host;
		this.#stage = 'greeting';
		this.#askedAt = this.#env.elapsed();
		this.#send({ type: 'hello', token, device, clockMs: wireTime(this.#env.now()), schema: this.#known() });
		if (space.id === null) return;
		this.#subscribe(space.id);
		if (this.#link?.kind !== 'exchange') return;
		this.#push(); // there is no second chance to speak in this exchange
		this.#askNext();
		this.#askedAt = null; // and the connector minds how long it takes
		this.#polling = this.#sentN === this.#ackedN;
	}

	#askNext(): void {
		const [next] = this.#questions;
		if (!next || next.asked || !this.#link) return;
		next.asked = true;
		this.#send(next.question);
	}

	/** What this build knows, the engine included. */
	#known(): Hello['schema'] {
		const snapshots = this.#fetchChunk && this.#failedDownloads < MOST_FAILED_DOWNLOADS;
		const version = 1 | ENGINE.renews | (snapshots ? ENGINE.takesSnapshots : 0);
		return [{ collection: ENGINE.collection, version }, LIVENESS, ...this.#schema];
	}

	#subscribe(id: SpaceId): void {
		const { space, wanted, from } = this.#host;
		const scope = this.#plain ? null : wanted;
		this.#asked = this.#target();
		const change = scope === null && space.scope === null ? null : widening(space.scope, scope ?? EVERYTHING);
		this.#rescope = change && { scope };
		this.#fromStart = change !== null && (change.fromStart || this.#plain);
		this.#lacking ||= this.#fromStart;
		this.#told = undefined;
		this.#parted = !this.#plain && (scope !== null || space.scope !== null);
		const seq = this.#lacking ? 0 : from;
		const asked = scope ?? EVERYTHING;
		// Behind where it stands, what left since was once sent; only who lacks something is told of all that left.
		const lack = seq < space.seq ? asked : change && change.lack;
		const part: Part | null = this.#parted ? { scope: asked, lack } : null;
		this.#restarted = this.#lacking && space.seq > 0;
		this.#send({ type: 'sub', space: id, epoch: space.epoch, seq, ...(part && { part }) });
	}

	#anewForPart(): void {
		this.#checks.drop();
		this.#lively = false;
		this.#questions = [];
		this.#begin();
	}

	/** What this connection should ask for, as a text. */
	#target(): string {
		return JSON.stringify(this.#plain ? null : this.#host.wanted);
	}

	/** Another part of the space is wanted here. */
	rescope(): void {
		const open = this.#stage === 'subscribing' || this.#stage === 'subscribed' || this.#stage === 'greeting';
		if (open && this.#asked !== this.#target()) this.#anewForPart();
	}

	#hear(bytes: Uint8Array): void {
		this.#heardAt = this.#env.elapsed();
		let frame: Frame;
		try {
			frame = decodeFrame(bytes);
		} catch {
			return this.#lost('bad-frame', 'The server speaks in a way that this app does not understand. Reload the page.');
		}
		this.#trace.frame('heard', frame, bytes.length);
		this.#pingedAt = null;
		if (this.#stage === 'subscribed') this.#askedAt = null;
		switch (frame.type) {
			case 'welcome':
				return this.#welcome(frame);
			case 'subbed':
				return this.#subbed(frame);
			case 'delta':
				return this.#delta(frame, bytes.length);
			case 'digest':
				this.#questions[0]?.answered(frame);
				if (!frame.more) this.#questions.shift();
				return this.#askNext();
			case 'presence':
				return this.#host.present(frame);
			case 'credit':
				return this.#credit(frame);
			case 'move':
				return this.#move(frame);
			case 'snapshot':
				return this.#snapshot(frame);
			case 'ack':
				return this.#acked(frame);
			case 'pong':
				return this.#measure(frame);
			case 'reach':
				return this.#reach(frame);
			case 'revoked':
				return this.#revoked();
			case 'renew':
				return this.#void();
			case 'bye':
				return this.#bye(frame);
			default:
				return this.#lost('protocol', `The server sent an unexpected ${frame.type}.`);
		}
	}

	/** What we have is void; SUBBED says that it is about us. Of a part, what we wrote about is asked for by name, to see whether it is still there. */
	#void(): void {
		if (this.#parted) this.#host.holdUnsent();
		if (this.#parted && this.#asked !== this.#target()) return this.#anewForPart();
		this.#anew = true;
	}

	#welcome(welcome: Welcome): void {
		this.#unauthorised = 0;
		this.#measure(welcome);
		const known = this.#host.space.id !== null;
		const problem = this.#host.welcomed(welcome);
		if (problem) return this.#refuse(problem);
		this.#stage = 'subscribing';
		if (known) return;
		this.#news = true;
		if (this.#link?.kind === 'stream') this.#subscribe(welcome.personal);
	}

	#subbed(subbed: Subbed): void {
		const { space, doneN, nextN } = this.#host;
		if (subbed.nextN <= doneN || subbed.nextN > nextN) return this.#disown();
		const asked = this.#lacking;
		this.#role = subbed.role;
		// This part begins anew.
		this.#dropDownload();
		this.#staged = null;
		this.#see(this.#told ?? null);
		this.#head = subbed.seq;
		this.#movedAt = this.#env.elapsed();
		if (subbed.epoch !== space.epoch || subbed.seq < space.seq) {
			this.#staged = staging(0, subbed.epoch, space.seq > 0);
		} else if (this.#anew) this.#staged = staging(0, subbed.epoch, true, true);
		this.#host.subbed(subbed);
		if (space.seq === 0 && subbed.seq > 0) this.#tell({ firstSync: { received: 0 } });
		this.#stage = 'subscribed';
		if (this.#link?.kind === 'stream') {
			this.#askedAt = null;
			this.#ackedN = this.#sentN = doneN;
			this.#push();
		}
		// One subscription a connection: what the server tells of two could not be told apart.
		if (this.#lacking && !asked && !this.#anew && this.#link?.kind === 'stream') return this.#begin();
		this.#checkCaughtUp();
	}

	/** Which apps may be read from now on. In front of SUBBED it is only noted: SUBBED says that it is about us. */
	#reach({ apps }: Reach): void {
		this.#told = apps;
		if (this.#stage !== 'subscribed') return;
		this.#see(apps);
		// What was set aside was read under the old right, perhaps a wider one that we were never whole for; the server begins this part anew.
		if (this.#staged) this.#staged.cells.length = 0;
		// What is being fetched was chosen under the old right.
		if (this.#download) this.#begin();
	}

	/** Lets go of what may not be seen any more, and notes whether there is more to see than we have. */
	#see(apps: Access['apps']): void {
		const { reach } = this.#host.space;
		const kept = apps === null ? reach : reach === null ? apps : reach.filter((app) => apps.includes(app));
		if (kept !== null && !covers({ apps: kept }, { apps: reach })) {
			this.#checks.drop();
			this.#host.narrowed(kept);
		}
		this.#lacking = this.#fromStart || !covers({ apps: this.#host.space.reach }, { apps });
	}

	#revoked(): void {
		this.stop();
		this.#host.revoked();
	}

	/** The server grants another window, and is one that can be asked. */
	#credit({ bytes }: Credit): void {
		this.#lively = true;
		this.#granted = bytes;
		if (this.#link?.kind === 'stream' && this.#stage === 'subscribed') this.#push();
	}

	#delta({ from, to, more, cells }: Delta, bytes: number): void {
		this.#untold += bytes;
		if (this.#lively && this.#untold >= TELL_AFTER_BYTES && this.#link?.kind === 'stream' && this.#host.space.id !== null) {
			this.#send({ type: 'credit', space: this.#host.space.id, bytes: this.#untold });
			this.#untold = 0;
		}
		this.#movedAt = this.#env.elapsed();
		// What comes from where we stand is not whole for what we may see now; the state from its start is on its way.
		if (this.#lacking && from > 0 && !this.#download) return;
		const { epoch, seq } = this.#host.space;
		const staged = (this.#staged ??= staging(seq, epoch));
		if (from > staged.to) return this.#lost('gap', 'Something got lost on the way.');
		for (const cell of cells) {
			staged.cells.push(cell);
			if (staged.gone.size > 0) staged.gone.delete(nameKey(cell)); // it came back, whole
		}
		staged.to = Math.max(staged.to, to);
		this.#movedAt = this.#env.elapsed();
		this.#news = true;
		this.#tailed = !more;
		if (more && seq === 0 && !this.#download) this.#tell({ firstSync: { received: staged.cells.length } });
		this.#confirm();
	}

	/** Records left what we keep. What came of them before in this checkpoint is not wanted any more. */
	#move({ from, records }: Move): void {
		this.#movedAt = this.#env.elapsed();
		if (this.#lacking && from > 0 && !this.#download) return;
		const { epoch, seq } = this.#host.space;
		const staged = (this.#staged ??= staging(seq, epoch));
		for (const name of records) staged.gone.set(nameKey(name), name);
		staged.cells = staged.cells.filter((cell) => !staged.gone.has(nameKey(cell)));
	}

	#snapshot(snapshot: Snapshot): void {
		const source = this.#fetchChunk;
		const { epoch, seq } = this.#host.space;
		if (this.#lacking && snapshot.from > 0) return;
		if (!source || !this.#token) return this.#lost('protocol', 'The server sent a snapshot that nobody asked for.');
		const { token } = this.#token;
		const staged = (this.#staged ??= staging(seq, epoch));
		staged.to = snapshot.seq;
		this.#dropDownload();
		const current = () => this.#download === download;
		const download = new Download({
			snapshot,
			first: new Set(this.#host.first),
			have: (hash) => this.#host.chunk(hash),
			fetch: (hash, signal) => source(snapshot.space, hash, token, signal),
			fetched: (hash, bytes, chunk) => this.#host.fetched(hash, bytes, chunk),
			ready: (chunks) => {
				if (seq === 0 && !staged.replace) this.#host.preview(snapshot.epoch, chunks);
			},
			progressed: (received) => {
				this.#movedAt = this.#env.elapsed();
				if (seq === 0) this.#tell({ firstSync: { received } });
			},
			done: (chunks) => {
				if (!current()) return;
				this.#failedDownloads = 0;
				this.#chunks = chunks;
				this.#confirm();
			},
			failed: () => {
				if (!current()) return;
				this.#failedDownloads++;
				this.#lost('connection', 'The connection to the server was lost.');
			},
		});
		this.#download = download;
		// What stands in windows always comes by a DELTA behind it.
		this.#tailed = snapshot.seq >= this.#head && !this.#parted;
		download.start();
	}

	#dropDownload(): void {
		this.#download?.stop();
		this.#download = this.#chunks = null;
	}

	/** Takes in what is staged, once it is a checkpoint: the chunks, if there are any, and all DELTAs behind them. */
	#confirm(): void {
		if (!this.#staged || !this.#tailed || (this.#download && !this.#chunks)) return;
		const { gone, ...staged } = this.#staged;
		const patch = {
			...staged,
			...(gone.size > 0 && { gone: [...gone.values()] }),
			...(this.#chunks && { chunks: this.#chunks }),
			...(this.#lacking && { reach: this.#told ?? null }),
			...((this.#lacking || this.#restarted) && { anew: true }),
			...this.#rescope,
		};
		this.#staged = this.#download = this.#chunks = this.#rescope = null;
		this.#fromStart = this.#restarted = false;
		const attempt = this.#attempt;
		if (patch.replace || patch.chunks || patch.gone || patch.scope !== undefined) this.#checks.drop();
		this.#checks.around(patch.cells, () => this.#host.confirmed(patch));
		this.#lacking = false;
		if (patch.renewed && attempt === this.#attempt) return this.#begin(); // what waits is sent on a connection of its own
		this.#checkCaughtUp();
	}

	#acked(ack: Ack): void {
		this.#ackedN = Math.max(this.#ackedN, ack.n);
		this.#sentN = Math.max(this.#sentN, this.#ackedN); // a copy of this profile may have sent what did not fit the window here
		this.#unanswered = this.#unanswered.filter(({ n }) => n > ack.n);
		if (this.#host.space.seq >= this.#head) this.#movedAt = this.#env.elapsed();
		this.#head = Math.max(this.#head, ack.seq);
		this.#pushDeadline = this.#ackedN < this.#sentN ? this.#env.elapsed() + ANSWER_MS : Infinity;
		this.#news = true;
		this.#host.acked(ack);
		if (this.#link?.kind === 'stream' && this.#stage === 'subscribed') this.#push();
	}

	/** Sends what waits, as far as the window is open. */
	#push(): void {
		const { space, doneN, knownN } = this.#host;
		if (space.id === null || !this.#link || this.#anew) return;
		if (this.#link.kind === 'exchange') this.#ackedN = this.#sentN = doneN;
		const used = this.#unanswered.reduce((sum, { bytes }) => sum + bytes, 0);
		const batch: Transaction[] = [];
		let room = WINDOW.transactions - (this.#sentN - this.#ackedN);
		let { ops }: { ops: number } = WINDOW;
		let left = this.#link.kind === 'exchange' ? WINDOW.bytes : this.#granted - used;
		for (const transaction of this.#host.unsentFrom(this.#sentN + 1)) {
			ops -= transaction.ops.length;
			left -= boundOf(transaction);
			// What is larger than any window goes alone.
			if (room-- <= 0 || ((ops < 0 || left < 0) && (batch.length > 0 || used > 0))) break;
			batch.push(transaction);
			this.#sentN = transaction.n;
		}
		if (batch.length === 0) return;
		let bytes = 0;
		for (const push of packPushes(space.id, knownN, batch)) {
			const size = this.#send(push);
			this.#unanswered.push({ n: push.transactions.at(-1)!.n, bytes: size });
			bytes += size;
		}
		const now = this.#env.elapsed();
		this.#pushDeadline = Math.max(this.#pushDeadline === Infinity ? 0 : this.#pushDeadline, now + ANSWER_MS) + bytes / SLOWEST;
	}

	#checkCaughtUp(): void {
		if (this.#stage !== 'subscribed' || this.#staged || this.#lacking || this.#rescope || this.#host.space.seq < this.#head)
			return;
		this.#backOff.reset();
		this.#disowned = 0;
		this.#tell({ phase: 'live', retryAt: null, problem: null, firstSync: null });
		this.#checks.caughtUp();
	}

	/** Keeps the measurement with the shortest round trip: its error is at most half of that. */
	#measure({ clockMs, serverMs }: Welcome | Pong): void {
		const roundTrip = wireTime(this.#env.now()) - clockMs;
		if (roundTrip < 0 || roundTrip >= this.#bestRoundTrip) return;
		this.#bestRoundTrip = roundTrip;
		this.#host.clockMeasured(Math.round(serverMs - clockMs - roundTrip / 2));
	}

	#ping(now: number): void {
		this.#pingedAt = now;
		this.#askedAt = now;
		this.#send({ type: 'ping', clockMs: wireTime(this.#env.now()) });
	}

	#bye({ code, detail, retryAfterMs }: Bye): void {
		if (code === 'unauthorised') {
			this.#token = null;
			if (++this.#unauthorised > 1) return this.#signedOut();
			return this.#lost(code, detail, retryAfterMs ?? 0);
		}
		if (code === 'fork' || code === 'foreign-device' || code === 'gap') return this.#disown();
		if (this.#parted && this.#stage !== 'subscribed' && (code === 'bad-frame' || code === 'protocol')) {
			this.#plain = true;
			return this.#lost(code, detail);
		}
		if (retryAfterMs !== null) return this.#lost(code, detail, retryAfterMs);
		if (code === 'version' || code === 'unknown-space') return this.#refuse({ code, detail });
		this.#lost(code, detail, SIGNED_OUT_RETRY_MS); // a defect of one side: slow down, say it, keep trying
	}

	#ended(how: 'done' | 'lost'): void {
		if (how === 'lost') return this.#lost('connection', 'The connection to the server was lost.');
		if (this.#stage === 'greeting') return this.#lost('no-answer', 'The server does not answer.');
		if (this.#news) return this.#begin();
		this.#drop();
		this.#stage = 'waiting';
		this.#retryAt = this.#env.elapsed() + PAUSE_MS;
	}

	/** The server numbers our transactions in a way that cannot be: settle who we are, then begin anew. */
	#disown(): void {
		this.#drop();
		this.#stage = 'disowning';
		this.#disowned++;
		const attempt = this.#attempt;
		const goOn = () => {
			if (attempt === this.#attempt) this.#wait(0);
		};
		this.#host.disown().then(goOn, goOn); // a failing disk is the host's business; the conversation goes on either way
	}

	#signedOut(): void {
		this.#drop();
		this.#token = null;
		this.#stage = 'waiting';
		this.#retryAt = this.#env.elapsed() + SIGNED_OUT_RETRY_MS;
		this.#tell({
			phase: 'signed-out',
			retryAt: null,
			problem: { code: 'signed-out', detail: 'Sign in again to go on syncing.' },
		});
	}

	#refuse(problem: Problem): void {
		this.stop();
		this.#tell({ phase: 'stopped', retryAt: null, problem, firstSync: null });
	}

	#lost(code: string, detail: string, least = 0): void {
		this.#drop();
		this.#checks.drop();
		this.#lively = false;
		this.#questions = [];
		this.#wait(least, { code, detail });
	}

	#wait(least: number, problem: Problem | null = null): void {
		this.#stage = 'waiting';
		const hurried = this.#env.elapsed() < this.#hurryUntil;
		const waitMs = hurried ? this.#backOff.next(least, HURRIED_PAUSE_MS) : this.#backOff.next(least);
		this.#retryAt = this.#env.elapsed() + waitMs;
		this.#tell({ phase: 'offline', retryAt: this.#env.now() + waitMs, problem });
	}

	/** Ends the connection, if there is one, without a word. */
	#drop(): void {
		this.#attempt++;
		this.#link?.close();
		this.#link = null;
		this.#askedAt = null;
		this.#pingedAt = null;
		this.#pushDeadline = Infinity;
		this.#bestRoundTrip = Infinity;
		this.#staged = this.#rescope = null;
		this.#fromStart = this.#parted = this.#restarted = false;
		this.#dropDownload();
		this.#polling = false;
		this.#news = false;
		this.#told = undefined;
		for (const question of this.#questions) question.asked = false; // an exchange that is broken off answers nothing
		this.#granted = WINDOW.grantedBytes;
		this.#unanswered = [];
		this.#untold = 0;
		this.#anew = false;
	}

	#tell(change: Parameters<SessionHost['state']>[0]): void {
		if (change.phase) this.#trace.phase(change.phase, change.problem?.code ?? null);
		this.#host.state(change);
	}

	/** Transactions that got their number since, in this tab or another; after they were numbered anew, all of them. */
	#traceWrites(): void {
		const { device, doneN } = this.#host;
		if (device !== this.#traced) this.#tracedN = 0;
		this.#traced = device;
		for (const { n, ops } of this.#host.unsentFrom(Math.max(this.#tracedN, doneN) + 1)) {
			this.#trace.wrote(n, ops);
			this.#tracedN = n;
		}
	}

	#patience(now: number): number {
		return now < this.#hurryUntil ? HURRIED_ANSWER_MS : ANSWER_MS;
	}

	#watchToken(now: number): void {
		if (this.#stage === 'token' && now - this.#askedAt! > this.#patience(now))
			this.#lost('no-token', 'The server cannot be reached.');
	}

	#renew(): void {
		if (this.#renewing) return;
		this.#renewing = true;
		const attempt = this.#attempt;
		this.#fetchToken()
			.then(
				(token) => {
					const text = this.#keep(token);
					if (attempt === this.#attempt && this.#link) this.#send({ type: 'auth', token: text });
				},
				(error: unknown) => {
					if (error instanceof SignedOut && attempt === this.#attempt) this.#signedOut();
					else if (this.#token) this.#token = { ...this.#token, renewAt: this.#env.elapsed() + ANSWER_MS };
				},
			)
			.finally(() => (this.#renewing = false));
	}

	/** Remembers a token by the time that it has left; our own clock may be years off. */
	#keep({ token, expiresAt }: Token): string {
		const now = this.#env.elapsed();
		const left = Math.min(Math.max(expiresAt - this.#env.now(), 30_000), 600_000);
		this.#token = { token, renewAt: now + left * 0.8, goodUntil: now + left * 0.9 };
		return token;
	}

	#send(frame: Frame): number {
		const bytes = encodeFrame(frame);
		this.#trace.frame('sent', frame, bytes.length);
		this.#link?.send(bytes);
		return bytes.length;
	}
}

/** What came of the next checkpoint so far. */
interface Staged {
	cells: Cell[];
	readonly gone: Map<string, Name>;
	to: number;
	readonly epoch: number;
	readonly replace: boolean;
	readonly renewed: boolean;
}

function staging(to: number, epoch: number, replace = false, renewed = false): Staged {
	return { cells: [], gone: new Map(), to, epoch, replace, renewed };
}

/** Milliseconds as they travel: whole and not negative, whatever the clock says. */
function wireTime(ms: number): number {
	return Math.max(0, Math.floor(ms));
}
