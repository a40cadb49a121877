import type { Cell, SpaceId } from '../../cell.ts';
import { decodeHeard } from '../../codec/client.ts';
import {
	ENGINE,
	LIVENESS,
	type Ack,
	type Bye,
	type Digest,
	type Hello,
	type Presence,
	type ServerFrame,
	type Subbed,
	type Welcome,
} from '../../frames.ts';
import type { ConversationStanding } from '../api.ts';
import { CatchingUp } from './catching-up.ts';
import { Comparing } from './comparing.ts';
import type { Environment } from '../environment.ts';
import { Line } from './line.ts';
import { PushWindow } from './push-window.ts';
import type { Problem, SessionHost, SessionParts } from './session-host.ts';
import { Subscription } from './subscription.ts';
import { Trace } from './trace.ts';

const SIGNED_OUT_RETRY_MS = 60_000;
/** Between exchanges that brought nothing. */
const PAUSE_MS = 1_000;

/** At which point of a conversation frames come that come once in each. */
const DUE: Partial<Record<ServerFrame['type'], ConversationStanding['stage']>> = {
	welcome: 'greeting',
	renew: 'subscribing',
	subbed: 'subscribing',
};

/**
 * One device's conversation with the server about one space: HELLO, SUB, catch-up, PUSH, ACK, for ever. Sans-IO: time comes with `tick`,
 * bytes go through a `Link`. It never blocks local work, and no state of it is worth keeping: it can be dropped and begun at any moment.
 */
export class Session {
	readonly #env: Environment;
	readonly #host: SessionHost;
	readonly #schema: Hello['schema'];
	readonly #line: Line;
	readonly #subscription: Subscription;
	readonly #catchingUp: CatchingUp;
	readonly #pushes: PushWindow;
	readonly #comparing: Comparing;
	readonly #trace: Trace;
	/** An exchange is under way that only asks for news. */
	#polling = false;
	/** This connection brought something. */
	#news = false;
	#unauthorised = 0;
	/** How often the server disowned us since we were last caught up. */
	#disowned = 0;
	#role: Subbed['role'] | null = null;
	/** What was heard while a large checkpoint is got ready: it comes after that. `null` while nothing has to wait. */
	#waiting: (() => void)[] | null = null;

	constructor({ env, host, connector, token, schema, chunks, reading, checkup }: SessionParts) {
		this.#env = env;
		this.#host = host;
		this.#schema = schema;
		this.#trace = new Trace(() => env.now());
		const lost = (code: string, detail: string) => this.#lost(code, detail);
		this.#line = new Line({
			env,
			connector,
			token,
			trace: this.#trace,
			opened: (text) => this.#greet(text),
			received: (bytes) => this.#hear(bytes),
			closed: (how) => this.#inTurn(() => this.#ended(how)),
			dropped: () => this.#dropped(),
			lost,
			signedOut: () => this.#signedOut(),
			clockMeasured: (skewMs) => host.clockMeasured(skewMs),
		});
		this.#pushes = new PushWindow(env, host, this.#line);
		this.#subscription = new Subscription(host);
		this.#catchingUp = new CatchingUp({
			host,
			subscription: this.#subscription,
			chunks: chunks ?? null,
			reading,
			line: this.#line,
			lively: () => this.#comparing.lively,
			disturb: () => this.#comparing.disturb(),
			around: (cells, merge) => this.#comparing.around(cells, merge),
			came: () => (this.#news = true),
			confirmed: () => this.#confirmed(),
			hold: (work, then) => this.#hold(work, then),
			lost,
		});
		const waiting = () => {
			if (this.#polling || this.#line.stage === 'waiting') this.#line.begin();
		};
		this.#comparing = new Comparing({ env, host, line: this.#line, part: () => this.#subscription.part, checkup, waiting });
	}

	/** How the conversation stands, for the inspector. */
	get standing(): ConversationStanding {
		const { granted, used, onTheWay } = this.#pushes;
		return {
			stage: this.#line.stage,
			over: this.#line.over,
			head: this.#catchingUp.head,
			onTheWay,
			role: this.#role,
			credit: { push: { granted, used }, untold: this.#catchingUp.untold },
			trace: this.#trace.events,
		};
	}

	start(): void {
		if (this.#line.stage !== 'stopped') return;
		this.#trace.note({ what: 'started' });
		this.#trace.writes(this.#host);
		// Becoming another device did not help: a defect of one side must not make devices as fast as the network carries them.
		if (this.#disowned > 1) return this.#wait(0);
		this.#tell({ phase: 'connecting', retryAt: null, problem: null });
		this.#line.begin();
	}

	stop(): void {
		if (this.#line.stage !== 'stopped') this.#trace.note({ what: 'stopped' });
		this.#line.drop();
		this.#comparing.drop();
		this.#subscription.isWhole();
		this.#line.stage = 'stopped';
	}

	/** The network came back, the person came back or signed in: try now, and see whether what is open still leads somewhere. */
	wake(): void {
		const { stage, over, watchdog } = this.#line;
		this.#trace.note({ what: 'woken' });
		watchdog.hurry();
		this.#line.works();
		// An exchange answers in its own time; another one is cheaper than to ask what became of it.
		if (stage === 'waiting' || over === 'exchange') return this.#line.begin();
		if (this.#line.isOpen && !watchdog.pinging) this.#line.ping();
	}

	/** Something new waits in the outbox. */
	flush(): void {
		this.#trace.writes(this.#host);
		if (this.#polling) this.#line.begin(); // breaks off a question that only waits for news
		else if (this.#line.isOpen) this.#push();
	}

	/** Asks the server about digests, after whatever was asked before. Without a connection that knows them nobody answers. */
	ask(question: Digest, part: string, answered: (answer: Digest) => void): void {
		this.#comparing.ask(question, part, answered);
	}

	/** Says where this device is. Without a connection on which that makes sense it is not said. */
	say(frame: Presence): void {
		if (this.#comparing.lively && this.#line.isOpen) this.#line.send(frame);
	}

	/** The leading tab asked for this one too. */
	answered(answer: Digest): void {
		this.#comparing.answered(answer);
	}

	/** Runs `merge`, which merges what the leading tab told and moves the cursor. */
	around(cells: readonly Cell[], merge: () => void): void {
		this.#comparing.around(cells, merge);
	}

	/** Another part of the space is wanted here. */
	rescope(): void {
		const { stage } = this.#line;
		const asked = stage === 'subscribing' || stage === 'subscribed' || stage === 'greeting';
		if (asked && this.#subscription.movedOn) this.#anewForPart();
	}

	/** Time has passed. Call it about once a second. */
	tick(): void {
		const { stage, over, watchdog, isDue } = this.#line;
		this.#comparing.tick();
		if (!this.#host.leads) return;
		if (isDue) return this.#line.begin();
		if (over === null) {
			if (stage === 'token' && watchdog.isLate) this.#lost('no-token', 'The server cannot be reached.');
			return;
		}
		// What is got ready here takes the time it takes, and what was answered meanwhile waits for it.
		const busy = this.#waiting !== null;
		// A server that had gone back, and came as far as we are before it told us anything, says nothing more.
		const { isDone, isQuiet } = this.#catchingUp;
		const stalled = stage === 'subscribed' && !(isDone && isQuiet) && watchdog.isStalled;
		if (watchdog.isSilent || (!busy && (stalled || this.#pushes.isOverdue)))
			return this.#lost('no-answer', 'The server does not answer.');
		if (!this.#line.isOpen) return;
		if (watchdog.shouldPing) this.#line.ping();
		this.#line.renew();
		if (this.#subscription.movedOn) this.#anewForPart(); // what is wanted here moved on with time, or with what is unfinished
	}

	#greet(token: string): void {
		const { device, space } = this.#host;
		this.#line.stage = 'greeting';
		this.#line.watchdog.asked();
		this.#line.send({ type: 'hello', token, device, clockMs: this.#line.clockMs, schema: this.#known() });
		if (space.id === null) return;
		this.#ask(space.id);
		if (this.#line.over !== 'exchange') return;
		this.#push(); // there is no second chance to speak in this exchange
		this.#comparing.askNext();
		this.#line.watchdog.answered(); // and the connector minds how long it takes
		this.#polling = this.#pushes.onTheWay === 0;
	}

	#ask(space: SpaceId): void {
		this.#line.send(this.#subscription.ask(space));
		this.#catchingUp.asked();
	}

	/** What this build knows, the engine included. */
	#known(): Hello['schema'] {
		const version = 1 | ENGINE.renews | (this.#catchingUp.takesSnapshots ? ENGINE.takesSnapshots : 0);
		return [{ collection: ENGINE.collection, version }, LIVENESS, ...this.#schema];
	}

	#anewForPart(): void {
		this.#comparing.drop();
		this.#line.begin();
	}

	#hear(bytes: Uint8Array): void {
		this.#line.watchdog.heard();
		let frame: ServerFrame;
		try {
			frame = decodeHeard(bytes);
		} catch {
			return this.#lost('bad-frame', 'The server speaks in a way that this app does not understand. Reload the page.');
		}
		this.#trace.frame('heard', frame, bytes.length);
		if (this.#line.stage === 'subscribed') this.#line.watchdog.answered();
		// A clock is compared at once, and nothing may be kept that was taken away.
		if (frame.type === 'pong') return this.#line.measure(frame);
		if (frame.type === 'revoked') {
			this.stop();
			return this.#host.revoked();
		}
		this.#inTurn(() => this.#take(frame, bytes.length));
	}

	#inTurn(job: () => void): void {
		if (this.#waiting) this.#waiting.push(job);
		else job();
	}

	/** What is heard meanwhile comes after it, as it would have if this were the work of a moment. */
	#hold(work: Promise<unknown>, then: () => void): void {
		this.#waiting = [];
		const isCurrent = this.#line.current();
		const goOn = () => {
			if (!isCurrent()) return;
			const jobs = [then, ...(this.#waiting ?? [])];
			this.#waiting = null;
			for (const job of jobs) if (isCurrent()) this.#inTurn(job);
		};
		work.then(goOn, () => isCurrent() && this.#lost('connection', 'A part of this app could not be loaded.'));
	}

	#take(frame: ServerFrame, size: number): void {
		const due = DUE[frame.type];
		if (due && due !== this.#line.stage) return this.#unexpected(frame);
		switch (frame.type) {
			case 'welcome':
				return this.#welcome(frame);
			case 'subbed':
				return this.#subbed(frame);
			case 'delta':
				return this.#catchingUp.delta(frame, size);
			case 'digest':
				return this.#comparing.heard(frame);
			case 'presence':
				return this.#host.present(frame);
			case 'credit':
				this.#comparing.lively = true;
				this.#pushes.granted = frame.bytes;
				if (!this.#line.isOpen) return;
				this.#comparing.askNext(); // what waited for this connection
				return this.#push();
			case 'move':
				return this.#catchingUp.move(frame);
			case 'snapshot':
				return this.#catchingUp.snapshot(frame);
			case 'ack':
				return this.#acked(frame);
			case 'reach':
				return this.#catchingUp.reach(frame);
			case 'renew':
				return this.#void();
			case 'bye':
				return this.#bye(frame);
			default:
				return this.#unexpected(frame);
		}
	}

	#unexpected({ type }: ServerFrame): void {
		this.#lost('protocol', `The server sent an unexpected ${type}.`);
	}

	/** What we have is void; SUBBED says that it is about us. Of a part, what we wrote about is asked for by name, to see whether it is still there. */
	#void(): void {
		const { parted } = this.#subscription;
		if (parted) this.#host.holdUnsent();
		if (parted && this.#subscription.movedOn) return this.#anewForPart();
		this.#catchingUp.void();
	}

	#welcome(welcome: Welcome): void {
		this.#unauthorised = 0;
		this.#line.measure(welcome);
		const known = this.#host.space.id !== null;
		const problem = this.#host.welcomed(welcome);
		if (problem) return this.#refuse(problem);
		this.#line.stage = 'subscribing';
		if (known) return;
		this.#news = true;
		if (this.#line.over === 'stream') this.#ask(welcome.personal);
	}

	#subbed(subbed: Subbed): void {
		const { space, doneN, nextN } = this.#host;
		const forgot = subbed.nextN <= doneN;
		if (forgot || subbed.nextN > nextN)
			return this.#disown(forgot && subbed.epoch === space.epoch && !this.#catchingUp.forgotten);
		const asked = this.#subscription.lacking;
		this.#role = subbed.role;
		this.#catchingUp.subbed(subbed);
		this.#host.subbed(subbed);
		if (space.seq === 0 && subbed.seq > 0) this.#tell({ firstSync: { received: 0 } });
		this.#line.stage = 'subscribed';
		if (this.#line.isOpen) {
			this.#line.watchdog.answered();
			this.#pushes.begin(doneN);
			this.#push();
			// One subscription a connection: what the server tells of two could not be told apart.
			if (this.#subscription.lacking && !asked && !this.#catchingUp.anew) return this.#line.begin();
		}
		this.#checkCaughtUp();
	}

	#confirmed(): void {
		if (this.#catchingUp.anew && this.#line.stage === 'subscribed') return this.#line.begin(); // what waits is sent on a connection of its own
		this.#checkCaughtUp();
	}

	#acked(ack: Ack): void {
		this.#pushes.acked(ack.n);
		if (this.#host.space.seq >= this.#catchingUp.head) this.#line.watchdog.moved();
		this.#catchingUp.head = Math.max(this.#catchingUp.head, ack.seq);
		this.#news = true;
		this.#host.acked(ack);
		if (this.#line.isOpen) this.#push();
	}

	/** Sends what waits, as far as the window is open. */
	#push(): void {
		if (this.#catchingUp.anew || this.#pushes.go(this.#subscription.from)) return;
		this.#line.begin(); // something was forgotten here that the server has to be asked about first
	}

	#checkCaughtUp(): void {
		if (this.#line.stage !== 'subscribed' || this.#waiting || !this.#catchingUp.isQuiet || !this.#catchingUp.isDone) return;
		this.#line.works();
		this.#disowned = 0;
		// With every DELTA it is so again: the other tabs and who looks at the pill hear of it once.
		if (!this.#host.live) this.#tell({ phase: 'live', retryAt: null, problem: null, firstSync: null });
		this.#comparing.caughtUp();
	}

	#bye({ code, detail, retryAfterMs }: Bye): void {
		if (code === 'unauthorised') {
			this.#line.token.forget();
			if (++this.#unauthorised > 1) return this.#signedOut();
			return this.#lost(code, detail, retryAfterMs ?? 0);
		}
		if (code === 'fork' || code === 'foreign-device' || code === 'gap') return this.#disown();
		if (this.#subscription.parted && this.#line.stage !== 'subscribed' && (code === 'bad-frame' || code === 'protocol')) {
			this.#subscription.askForEverything();
			return this.#lost(code, detail);
		}
		if (retryAfterMs !== null) return this.#lost(code, detail, retryAfterMs);
		if (code === 'version' || code === 'unknown-space') return this.#refuse({ code, detail });
		this.#lost(code, detail, SIGNED_OUT_RETRY_MS); // a defect of one side: slow down, say it, keep trying
	}

	#ended(how: 'done' | 'lost'): void {
		if (how === 'lost') return this.#lost('connection', 'The connection to the server was lost.');
		if (this.#line.stage === 'greeting') return this.#lost('no-answer', 'The server does not answer.');
		if (this.#news) return this.#line.begin();
		this.#line.drop();
		this.#line.pause(PAUSE_MS);
	}

	/** The server numbers our transactions in a way that cannot be: settle who we are, then begin anew. */
	#disown(wentBack = false): void {
		this.#line.drop();
		this.#line.stage = 'disowning';
		this.#disowned++;
		const isCurrent = this.#line.current();
		const goOn = () => {
			if (isCurrent()) this.#wait(0);
		};
		this.#host.disown(wentBack).then(goOn, goOn); // a failing disk is the host's business; the conversation goes on either way
	}

	#signedOut(): void {
		this.#line.drop();
		this.#line.token.forget();
		this.#line.pause(SIGNED_OUT_RETRY_MS);
		const problem = { code: 'signed-out', detail: 'Sign in again to go on syncing.' };
		this.#tell({ phase: 'signed-out', retryAt: null, problem });
	}

	#refuse(problem: Problem): void {
		this.stop();
		this.#tell({ phase: 'stopped', retryAt: null, problem, firstSync: null });
	}

	#lost(code: string, detail: string, least = 0): void {
		this.#line.drop();
		this.#comparing.drop();
		this.#wait(least, { code, detail });
	}

	#wait(least: number, problem: Problem | null = null): void {
		const waitMs = this.#line.backOff(least);
		this.#tell({ phase: 'offline', retryAt: this.#env.now() + waitMs, problem });
	}

	/** The connection ended, if there was one: nothing that was begun on it counts any more. */
	#dropped(): void {
		this.#subscription.drop();
		this.#catchingUp.drop();
		this.#pushes.drop();
		this.#comparing.again();
		this.#polling = this.#news = false;
		this.#waiting = null;
	}

	#tell(change: Parameters<SessionHost['state']>[0]): void {
		if (change.phase) this.#trace.phase(change.phase, change.problem?.code ?? null);
		this.#host.state(change);
	}
}
