import type { SpaceId } from '../cell.ts';
import type { DeviceId } from '../cell.ts';
import { BadFrame, decodeFrame, encodeFrame } from '../codec/index.ts';
import { ENGINE, type Frame, type FrameOf, LIVENESS, type Part, type ServerFrame } from '../frames.ts';
import { limits } from '../limits.ts';
import type { Scope } from '../scope.ts';
import {
	type Answer,
	catchUp,
	type Change,
	AccessChanged,
	type Command,
	Committer,
	digestAnswers,
	PartSums,
	type DigestStore,
	outdatedIn,
	versionsOf,
	type Cursor,
	type PushRequest,
	type Reading,
	retell,
	type Rules,
	type SpaceStore,
	knownFrom,
	startOf,
	type TidyRequest,
} from '../space/index.ts';
import { Feed } from './feed.ts';
import type { Lack } from './deed.ts';
import type { Snapshots } from './snapshots.ts';
import type { Acceptor, ServerEnd, Wire } from './wire.ts';

export interface ServerParts {
	readonly timeline: { after(ms: number, job: () => void): void };
	readonly store: SpaceStore;
	readonly digests: DigestStore;
	readonly space: SpaceId;
	/** `null`: this server builds none. */
	readonly snapshots: Snapshots | null;
	readonly rules: Rules;
	/** Cells that a catch-up reads at once. */
	readonly chunk: number;
	/** The server's clock, ms since 1970. */
	now(): number;
	/** What this build does not know. */
	lacks(): readonly Lack[];
	/** Told of every push that reaches the committer, and of every answer that leaves it. */
	pushed(request: PushRequest): void;
	answered(request: PushRequest, answer: Answer): void;
	/** The server has heard what is on its disk, or is about to send something to somebody. */
	heard(): void;
	sent(person: string, frame: Uint8Array, scope: Scope | null): void;
	/** Whether this process may tell now what the space holds. */
	mayTell(): boolean;
	/** A commit of this process brought the space this far. */
	moved(seq: number): void;
	/** Settles when nobody sends anything any more under rights that were changed before. */
	everybodyHeard(): Promise<void>;
	/** A change of rights was answered. */
	commandAnswered(aclEpoch: number): void;
}

/** With what the server itself knows. */
interface InnerParts extends ServerParts {
	/** The newest acl epoch that was heard of in this life. */
	aclEpoch(): number;
	/** Grows when it loses sight of who may read. */
	term(): number;
	readonly partSums: PartSums;
}

/** Bytes of pushes that a client may have on their way: little, so that it matters. */
const PUSH_CREDIT = 512;

/** Records of parts whose sums are kept: so few that counts are begun anew. */
const MOST_COUNTED = 12;

/** How long an exchange without news is held. */
const HOLD_MS = 5_000;

/**
 * One life of the server process: connections around the real committer, catch-up and codec. What it adds itself is what a room adds
 * (sockets, who is who), as plain as can be.
 */
export class Server implements Acceptor {
	readonly #parts: InnerParts;
	readonly #committer: Committer;
	readonly #connections = new Set<Connection>();
	readonly #exchanges = new Set<(frames: readonly Uint8Array[] | null) => void>();
	readonly #waiting = new Set<() => void>();
	#alive = true;
	#aclEpoch = 0;
	#term = 0;

	constructor(parts: ServerParts) {
		const partSums = new PartSums(parts.store, { chunk: parts.chunk, most: MOST_COUNTED });
		this.#parts = { ...parts, partSums, aclEpoch: () => this.#aclEpoch, term: () => this.#term };
		this.#committer = new Committer({
			store: parts.store,
			rules: parts.rules,
			now: () => parts.now(),
			committed: (change) => this.#committed(change),
			uncertain: () => this.#uncertain(),
		});
	}

	accept(wire: Wire): ServerEnd | null {
		if (!this.#alive) return null;
		const connection = new Connection(this.#parts, this.#committer, wire, () => this.#connections.delete(connection));
		this.#connections.add(connection);
		return connection;
	}

	exchange(request: readonly Uint8Array[], answer: (frames: readonly Uint8Array[] | null) => void): void {
		this.#exchanges.add(answer);
		void converse(this.#parts, this.#committer, request, () => this.#news()).then(
			(frames) => this.#exchanges.delete(answer) && answer(frames),
		);
	}

	/** The process is killed: nothing that it was about to do happens. */
	kill(): void {
		this.#alive = false;
		for (const connection of this.#connections) connection.die();
		for (const answer of this.#exchanges) answer(null);
		this.#exchanges.clear();
	}

	/** Asks for a change of the space or its members. It may come to nothing, as when the disk fails. */
	command(person: string, command: Command): void {
		const { space, everybodyHeard, commandAnswered } = this.#parts;
		this.#committer
			.submit({ kind: 'command', space, person, command })
			.then(async (answer) => {
				if (answer.type !== 'done') return;
				await everybodyHeard();
				if (this.#alive) commandAnswered(answer.space.aclEpoch);
			})
			.catch(() => undefined);
	}

	/** The space has come this far, whoever wrote. */
	moved(seq: number): void {
		for (const connection of this.#connections) connection.moved(seq);
		for (const wake of this.#waiting) wake();
	}

	/** Rights changed, whoever changed them: what was read under older ones is not sent. */
	rightsMoved(aclEpoch: number): void {
		if (aclEpoch <= this.#aclEpoch) return;
		this.#aclEpoch = aclEpoch;
		for (const connection of this.#connections) connection.recheck();
	}

	/** It may not tell any more what the space holds: what was read up to now is not sent either. */
	silenced(): void {
		this.#term++;
	}

	/** It may tell again. */
	resumed(): void {
		for (const connection of this.#connections) connection.resumed();
	}

	/** Clears away what is due. It may come to nothing, as when the disk fails. */
	tidy(request: TidyRequest): void {
		this.#committer.submit(request).catch(() => undefined);
	}

	/** Ends every connection as a server does that is overloaded or stops. */
	dismissAll(code: 'busy' | 'restart'): void {
		for (const connection of this.#connections) connection.bye(code, 100);
	}

	#committed(change: Change): void {
		this.#aclEpoch = Math.max(this.#aclEpoch, change.space.aclEpoch);
		this.#parts.heard();
		this.#parts.moved(change.space.seq);
		for (const connection of this.#connections) connection.committed(change);
		for (const wake of this.#waiting) wake();
	}

	#uncertain(): void {
		this.#parts.heard();
		for (const connection of this.#connections) connection.recheck();
		for (const wake of this.#waiting) wake();
	}

	/** Settles at the next commit, or after a while. */
	#news(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#waiting.add(resolve);
		this.#parts.timeline.after(HOLD_MS, resolve);
		return promise.finally(() => this.#waiting.delete(resolve));
	}
}

/** One stream. Frames are handled in order; pushes wait for the disk together. */
class Connection implements ServerEnd {
	readonly #parts: InnerParts;
	readonly #committer: Committer;
	readonly #wire: Wire;
	readonly #ended: () => void;
	#who: Known | null = null;
	#feed: Feed | null = null;
	/** What the client knew when it sat down. */
	#knew = 0;
	/** The client was told to take the state anew. */
	#anew = false;
	#over = false;

	constructor(parts: InnerParts, committer: Committer, wire: Wire, ended: () => void) {
		this.#parts = parts;
		this.#committer = committer;
		this.#wire = wire;
		this.#ended = ended;
	}

	received(bytes: Uint8Array): void {
		if (this.#over) return;
		try {
			this.#handle(readFrame(bytes, this.#parts.lacks()));
		} catch (error) {
			if (!(error instanceof BadFrame)) throw error;
			this.bye('bad-frame', null);
		}
	}

	closed(): void {
		this.#end();
	}

	/** The process died: the peer may hear of it, this end does nothing more. */
	die(): void {
		this.#over = true;
		this.#feed?.stop();
		this.#wire.hangUp();
	}

	committed(change: Change): void {
		this.#feed?.committed(change);
	}

	recheck(): void {
		this.#feed?.recheck();
	}

	moved(seq: number): void {
		this.#feed?.moved(seq);
	}

	resumed(): void {
		this.#feed?.resumed();
	}

	bye(code: FrameOf<'bye'>['code'], retryAfterMs: number | null): void {
		if (this.#over) return;
		this.#say({ type: 'bye', code, detail: code, retryAfterMs });
		this.#end();
		this.#wire.hangUp();
	}

	#handle(frame: Frame): void {
		if (frame.type === 'hello') {
			const engine = frame.schema.find(({ collection }) => collection === ENGINE.collection)?.version ?? 1;
			this.#who = { who: whoOf(frame), takesSnapshots: (engine & ENGINE.takesSnapshots) !== 0 };
			return this.#say(welcome(frame, this.#parts));
		}
		if (frame.type === 'ping')
			return this.#say({ type: 'pong', clockMs: frame.clockMs, serverMs: Math.floor(this.#parts.now()) });
		if (frame.type === 'auth') return;
		if (!this.#who) return this.bye('protocol', null);
		if (frame.type === 'credit') return;
		if (frame.type === 'digest') void this.#digest(frame);
		else if (frame.type === 'sub') void this.#sub(frame, this.#who);
		else if (frame.type === 'push') void this.#push(frame, this.#who);
		else this.bye('protocol', null);
	}

	async #sub({ space, epoch, seq, part }: FrameOf<'sub'>, { who, takesSnapshots }: Known): Promise<void> {
		const answer = await this.#submit({ kind: 'seat', space, ...who });
		if (!answer || this.#over) return;
		this.#feed?.stop();
		const lacks = this.#parts.lacks();
		const isOffered = takesSnapshots && !lacks.includes('snapshots');
		if (answer.type === 'revoked') return this.#say(answer);
		if (answer.type !== 'subbed') return;
		const { apps } = answer.access;
		if (apps !== null) this.#say({ type: 'reach', space, apps });
		const { renews, from } = startOf({ epoch, seq }, answer);
		this.#anew = renews;
		this.#knew = knownFrom({ epoch, seq }, answer);
		if (this.#anew) this.#say({ type: 'renew', space });
		this.#say(answer);
		if (who.schema.has(LIVENESS.collection) && !lacks.includes('liveness'))
			this.#say({ type: 'credit', space, bytes: PUSH_CREDIT });
		this.#feed = new Feed({
			...this.#parts,
			space,
			cursor: from,
			part,
			epoch: answer.epoch,
			reading: { person: who.person, access: answer.access },
			judged: answer.aclEpoch,
			offer: (cursor) => (isOffered ? (this.#parts.snapshots?.offer(cursor) ?? null) : null),
			send: (frame) => {
				if (this.#over) return;
				this.#parts.sent(who.person, frame, part?.scope ?? null);
				this.#wire.tell(frame);
			},
			failed: () => this.bye('busy', 0),
		});
		this.#feed.start();
	}

	async #digest(question: FrameOf<'digest'>): Promise<void> {
		const { digests, partSums, chunk, aclEpoch, term, mayTell, sent } = this.#parts;
		const before = term();
		const feed = this.#feed;
		const reading = feed?.reading;
		if (!reading) return;
		const kept = feed?.scope ? { scope: feed.scope, sums: partSums } : null;
		try {
			for await (const part of digestAnswers(digests, question, reading, kept, chunk)) {
				if (this.#over || part.aclEpoch < aclEpoch() || !mayTell() || term() !== before) return;
				sent(reading.person, part.frame, null);
				this.#wire.tell(part.frame);
			}
		} catch (error) {
			if (!(error instanceof AccessChanged)) this.bye('busy', 0); // what changed is told by the feed
		}
	}

	async #push({ space, known, transactions }: FrameOf<'push'>, { who }: Known): Promise<void> {
		if (this.#anew) return;
		const request: PushRequest = { kind: 'push', space, ...who, known, knew: this.#knew, transactions };
		this.#parts.pushed(request);
		const answer = await this.#submit(request);
		if (!answer) return;
		this.#parts.answered(request, answer);
		if ((answer.type === 'ack' || answer.type === 'revoked') && !this.#over) this.#say(answer);
	}

	/** The answer, or nothing when the conversation is over because of it. */
	async #submit(request: Parameters<Committer['submit']>[0]): Promise<Answer | null> {
		try {
			const answer = await this.#committer.submit(request);
			if (answer.type !== 'denied') return answer;
			this.bye(answer.code, answer.code === 'restart' ? 0 : null);
		} catch {
			this.bye('busy', 100); // the store failed: nobody knows whether it was done, and asking again is safe
		}
		return null;
	}

	#say(frame: ServerFrame): void {
		if (!this.#over) this.#wire.tell(encodeFrame(frame));
	}

	#end(): void {
		this.#over = true;
		this.#feed?.stop();
		this.#ended();
	}
}

interface Known {
	readonly who: Who;
	readonly takesSnapshots: boolean;
}

interface Who {
	readonly device: DeviceId;
	readonly person: string;
	readonly schema: ReadonlyMap<number, number>;
}

/** As a build reads it that does not know everything. */
function readFrame(bytes: Uint8Array, lacks: readonly Lack[]): Frame {
	const frame = decodeFrame(bytes);
	const isUnknown =
		(lacks.includes('liveness') && (frame.type === 'credit' || frame.type === 'digest')) ||
		(lacks.includes('parts') && frame.type === 'sub' && frame.part !== undefined);
	if (isUnknown) throw new BadFrame('unknown-type', `a ${frame.type} from the future`);
	return frame;
}

/** One HTTP exchange: DELTAs before ACKs; when nothing was pushed and there is no news, it waits for some. */
async function converse(
	parts: InnerParts,
	committer: Committer,
	request: readonly Uint8Array[],
	news: () => Promise<void>,
): Promise<Uint8Array[]> {
	const answers: Uint8Array[] = [];
	const acks: Frame[] = [];
	const questions: FrameOf<'digest'>[] = [];
	let cursor: Cursor | null = null;
	let part: Part | undefined;
	let reading: Reading | null = null;
	let who: Who | null = null;
	let anew = false;
	let knew = 0;
	try {
		for (const frame of request.map((bytes) => readFrame(bytes, parts.lacks()))) {
			if (frame.type === 'hello') {
				who = whoOf(frame);
				answers.push(encodeFrame(welcome(frame, parts)));
			} else if (frame.type === 'digest') {
				questions.push(frame);
			} else if (frame.type === 'sub' || frame.type === 'push') {
				if (frame.type === 'push' && anew) continue;
				const asked = { space: frame.space, ...who! };
				const { known, transactions } = frame.type === 'push' ? frame : { known: 0, transactions: [] };
				const question =
					frame.type === 'sub'
						? { kind: 'seat' as const, ...asked }
						: { kind: 'push' as const, ...asked, known, knew, transactions };
				if (question.kind === 'push') parts.pushed(question);
				const answer = await committer.submit(question);
				if (question.kind === 'push') parts.answered(question, answer);
				if (answer.type === 'denied')
					return [...answers, encodeFrame({ ...answer, type: 'bye', retryAfterMs: answer.code === 'restart' ? 0 : null })];
				if (answer.type === 'ack') acks.push(answer);
				if (answer.type === 'revoked') answers.push(encodeFrame(answer));
				if (answer.type !== 'subbed' || frame.type !== 'sub') continue;
				({ renews: anew, from: cursor } = startOf(frame, answer));
				knew = knownFrom(frame, answer);
				part = frame.part;
				reading = { person: who!.person, access: answer.access };
				const { apps } = answer.access;
				if (apps !== null) answers.push(encodeFrame({ type: 'reach', space: frame.space, apps }));
				if (anew) answers.push(encodeFrame({ type: 'renew', space: frame.space }));
				answers.push(encodeFrame(answer));
				if (who!.schema.has(LIVENESS.collection) && !parts.lacks().includes('liveness'))
					answers.push(encodeFrame({ type: 'credit', space: frame.space, bytes: PUSH_CREDIT }));
			}
		}
		if (!cursor) return answers;
		const deltas = async () => {
			while (reading) {
				try {
					const term = parts.term();
					for await (const next of catchUp(parts.store, parts.space, cursor!, parts.chunk, reading, part)) {
						if (!parts.mayTell() || term !== parts.term()) throw new Error('This node lost sight of the others.');
						if (next.aclEpoch < parts.aclEpoch()) throw new Error('Rights changed while it was read.');
						for (const frame of next.frames) {
							parts.sent(reading.person, frame, part?.scope ?? null);
							answers.push(frame);
						}
					}
					return;
				} catch (error) {
					if (!(error instanceof AccessChanged)) throw error;
					const retold = retell(parts.space, reading, error);
					answers.push(encodeFrame(retold.frame));
					reading = retold.reading;
					if (retold.fromStart) cursor = { ...cursor!, seq: 0 };
				}
			}
		};
		const before = answers.length;
		await deltas();
		const kept = part ? { scope: part.scope, sums: parts.partSums } : null;
		for (const question of reading ? questions : []) {
			try {
				const term = parts.term();
				for await (const { frame, aclEpoch } of digestAnswers(parts.digests, question, reading!, kept, parts.chunk)) {
					if (!parts.mayTell() || term !== parts.term() || aclEpoch < parts.aclEpoch()) break;
					parts.sent(reading!.person, frame, null);
					answers.push(frame);
				}
			} catch (error) {
				if (!(error instanceof AccessChanged)) throw error;
			}
		}
		if (answers.length === before && acks.length === 0) {
			await news();
			await deltas();
		}
		return [...answers, ...acks.map(encodeFrame)];
	} catch {
		// A damaged request, or a store that failed: the peer comes back.
		return [...answers, encodeFrame({ type: 'bye', code: 'busy', detail: 'busy', retryAfterMs: 100 })];
	}
}

/** In this world the token is the name. */
function whoOf({ token, device, schema }: FrameOf<'hello'>): Who {
	return { person: token, device, schema: versionsOf(schema) };
}

function welcome({ token, clockMs, schema }: FrameOf<'hello'>, { now, space, rules }: ServerParts): FrameOf<'welcome'> {
	const { frameBytes, pushOps } = limits;
	return {
		type: 'welcome',
		clockMs,
		serverMs: Math.floor(now()),
		person: token,
		personal: space,
		outdated: outdatedIn(schema, rules.minVersion ?? (() => 1)),
		limits: { frameBytes, pushOps },
	};
}
