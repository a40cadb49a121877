import { BadFrame, decodeFrame, encodeFrame, type Frame, type FrameOf, type SpaceId } from '@mana/sync';
import {
	AccessChanged,
	catchUp,
	type Cursor,
	digestAnswers,
	type DigestStore,
	type PartSums,
	type Reading,
	retell,
	type Seated,
	type SpaceStore,
	type ToldPart,
} from '@mana/sync/space/index';
import { Farewell } from './farewell.ts';
import { type Fanout, SILENT } from './fanout.ts';
import { creditOf, type Door, reachOf, renewalOf, Session } from './session.ts';

/** Longest wait of one request, in milliseconds. */
export const LONGEST_WAIT_MS = 25_000;

/** What an exchange needs beside the door. */
export interface ExchangeOptions {
	readonly door: Door;
	readonly fanout: Fanout;
	readonly store: SpaceStore;
	readonly digests: DigestStore;
	readonly partSums: PartSums;
	/** How long to wait for news when there are none, in milliseconds. */
	readonly waitMs: number;
	/** Ends the wait: the client went away, or the service stops. */
	readonly signal: AbortSignal;
}

/**
 * One whole conversation in one request, for networks that let no WebSocket through (sync.md §6.5): HELLO, SUB, PUSH … in,
 * WELCOME, SUBBED, DELTA …, ACK … out, or a BYE where it ends. Nothing is kept between requests.
 *
 * @param body frames one after another, each behind its length (4 bytes, big-endian)
 * @returns the same form, frame by frame: no answer is ever whole in memory
 */
export async function* exchange(
	body: Uint8Array<ArrayBuffer>,
	options: ExchangeOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	const session = new Session(options.door);
	// One for each space, however often a request asks for it: what is told once is not sent a thousand times.
	const places = new Map<SpaceId, Place>();
	const acks: Frame[] = [];
	const questions: FrameOf<'digest'>[] = [];
	for (const bytes of split(body)) {
		const frame = decodeFrame(bytes);
		if (frame.type === 'push') {
			const ack = await session.push(frame, bytes);
			if (ack) acks.push(ack);
		} else if (frame.type === 'digest') {
			session.digest(frame);
			questions.push(frame);
		} else for (const reply of await answer(session, frame, places)) yield* prefixed(encode(reply));
	}
	let told = acks.length > 0;
	for await (const delta of news([...places.values()], options)) {
		told = true;
		yield* prefixed(delta);
	}
	for (const ack of acks) yield* prefixed(encode(ack));
	for (const question of questions) {
		for await (const answer of digests(question, places.get(question.space), options)) {
			told = true;
			yield* prefixed(answer);
		}
	}
	if (told || !(await moved([...places.values()], options))) return;
	for await (const delta of news([...places.values()], options)) yield* prefixed(delta);
}

/** This node has lost sight of the others: another one may answer. */
const silent = () => new Farewell('busy', SILENT, 1000);

/** Where this conversation stands in one space. */
interface Place {
	readonly seat: Seated;
	cursor: Cursor;
	/** What it keeps; absent: everything. */
	part: ToldPart | undefined;
	/** For whom, and what was told of the right to read; `null` once it has ended. */
	reading: Reading | null;
}

/** Cuts a body into frames. @throws BadFrame */
export function* split(body: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
	const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
	for (let at = 0; at < body.length;) {
		if (at + 4 > body.length) throw new BadFrame('truncated', 'ends inside the length of a frame');
		const end = at + 4 + view.getUint32(at);
		if (end > body.length) throw new BadFrame('truncated', 'ends inside a frame');
		yield body.slice(at + 4, end);
		at = end;
	}
}

function* prefixed(frame: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
	const length = new Uint8Array(4);
	new DataView(length.buffer).setUint32(0, frame.length);
	yield length;
	yield frame;
}

/** What a question about digests is answered; nothing once the reader may see something else than it was told. */
async function* digests(
	question: FrameOf<'digest'>,
	place: Place | undefined,
	{ digests, partSums, door, fanout }: ExchangeOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	if (!place?.reading) return;
	const part = place.part ? { scope: place.part.scope, sums: partSums } : null;
	if (question.collection !== 0 && question.buckets.length === 0) door.meters.differed();
	try {
		const { rights } = fanout;
		for await (const { frame } of digestAnswers(digests, question, place.reading, part)) {
			if (!fanout.mayTell || rights !== fanout.rights) return;
			if (question.buckets.length > 0) door.meters.mended(frame.length);
			yield frame as Uint8Array<ArrayBuffer>;
		}
	} catch (error) {
		if (!(error instanceof AccessChanged)) throw error;
	}
}

async function answer(
	session: Session,
	frame: Exclude<Frame, FrameOf<'push' | 'digest'>>,
	places: Map<SpaceId, Place>,
): Promise<Frame[]> {
	switch (frame.type) {
		case 'hello':
			return [await session.hello(frame)];
		case 'auth':
			await session.auth(frame);
			return [];
		case 'ping':
			return [session.pong(frame)];
		case 'presence':
			session.presence(frame); // who asks now and then is nowhere long enough to be seen
			return [];
		case 'credit':
			session.credit(); // an answer is taken as fast as the request reads it
			return [];
		case 'sub': {
			const seat = await session.sub(frame);
			places.delete(frame.space);
			if (seat.type === 'revoked') return [seat];
			const renewal = renewalOf(seat, frame);
			places.set(frame.space, {
				seat,
				cursor: renewal.from,
				part: frame.part,
				reading: { person: session.person, access: seat.access },
			});
			const credit = session.lively ? creditOf(frame.space) : null;
			return [reachOf(seat), renewal.frame, seat, credit].filter((reply) => reply !== null);
		}
		default:
			throw new Farewell('protocol', `A client does not send ${frame.type.toUpperCase()}.`);
	}
}

/** The DELTAs that each place lacks; notes how far they lead. */
async function* news(
	places: readonly Place[],
	{ store, fanout }: Pick<ExchangeOptions, 'store' | 'fanout'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (const place of places) {
		const { space, epoch } = place.seat;
		while (place.reading) {
			try {
				if (yield* state(place, place.reading, store, fanout)) break;
			} catch (error) {
				if (!(error instanceof AccessChanged)) throw error;
				const retold = retell(space, place.reading, error);
				yield encode(retold.frame);
				place.reading = retold.reading;
				if (retold.fromStart) place.cursor = { ...place.cursor, epoch, seq: 0 };
			}
		}
	}
}

/** @returns false when somebody's right changed while it was read: what is left is read again */
async function* state(
	place: Place,
	reading: Reading,
	store: SpaceStore,
	fanout: Fanout,
): AsyncGenerator<Uint8Array<ArrayBuffer>, boolean> {
	const { space, epoch } = place.seat;
	const { rights } = fanout;
	for await (const { frames, to, complete } of catchUp(store, space, place.cursor, undefined, reading, place.part)) {
		for (const frame of frames) {
			if (!fanout.mayTell) throw silent();
			if (rights !== fanout.rights) return false;
			if (place.part) place.part = { ...place.part, again: true };
			yield frame as Uint8Array<ArrayBuffer>;
		}
		if (!complete) continue;
		place.cursor = { epoch, seq: to };
		if (place.part) place.part = { scope: place.part.scope, lack: null };
	}
	return true;
}

/** Waits until one of the spaces moves on. `false` when the time is over first. */
async function moved(places: readonly Place[], { store, fanout, waitMs, signal }: ExchangeOptions): Promise<boolean> {
	if (waitMs === 0 || places.length === 0 || signal.aborted) return false;
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const stops: (() => void)[] = [];
	for (const { seat, cursor } of places) {
		const wait = () =>
			stops.push(fanout.wait(seat.space, () => (fanout.knownOf(seat.space) > cursor.seq ? resolve(true) : wait())));
		const reader = { slowed: () => undefined, doubted: () => resolve(true), resumed: () => undefined };
		stops.push(fanout.join(seat.space, reader, seat.aclEpoch));
		wait();
		// What was committed before this was listening is not published any more.
		const now = await store.readSince(seat.space, cursor.seq, 1);
		if (now && now.seq > cursor.seq) resolve(true);
	}
	const timer = setTimeout(() => resolve(false), waitMs);
	const abort = () => resolve(false);
	signal.addEventListener('abort', abort);
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', abort);
		for (const stop of stops) stop();
	}
}

function encode(frame: Frame): Uint8Array<ArrayBuffer> {
	return encodeFrame(frame) as Uint8Array<ArrayBuffer>;
}
