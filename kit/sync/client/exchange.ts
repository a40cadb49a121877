import type { Connector, LinkHandlers } from './link.ts';

/** How long the server may hold the answer to a question that only asks for news. */
const LONG_POLL_MS = 25_000;
const EXCHANGE_MS = 20_000;
/** Frame types, second byte of a frame: what decides whether an exchange waits. */
const SUB = 3;
const PUSH = 5;

/** Frames over HTTP requests: each a 4-byte big-endian length and the frame, in the request as in the answer. */
export function exchangeConnector(post: (body: Uint8Array, waitMs: number, signal: AbortSignal) => Promise<Response>): Connector {
	return {
		open(handlers) {
			const frames: Uint8Array[] = [];
			const aborted = new AbortController();
			void exchange(post, frames, handlers, aborted.signal);
			return { kind: 'exchange', send: (frame) => void frames.push(frame), close: () => aborted.abort() };
		},
	};
}

async function exchange(
	post: (body: Uint8Array, waitMs: number, signal: AbortSignal) => Promise<Response>,
	frames: Uint8Array[],
	handlers: LinkHandlers,
	aborted: AbortSignal,
): Promise<void> {
	await Promise.resolve(); // the caller must have its link first
	if (aborted.aborted) return;
	handlers.opened();
	const types = frames.map((frame) => frame[1]);
	const waitMs = types.includes(SUB) && !types.includes(PUSH) ? LONG_POLL_MS : 0;
	try {
		const response = await post(join(frames), waitMs, AbortSignal.any([aborted, AbortSignal.timeout(waitMs + EXCHANGE_MS)]));
		if (!response.ok) throw new Error(`The exchange answered ${response.status}.`);
		const answer = new Uint8Array(await response.arrayBuffer());
		for (const frame of split(answer)) if (!aborted.aborted) handlers.received(frame);
		if (!aborted.aborted) handlers.closed('done');
	} catch {
		if (!aborted.aborted) handlers.closed('lost'); // the session says so and tries again
	}
}

/** Frames one after another, each with its length before it. */
export function join(frames: readonly Uint8Array[]): Uint8Array {
	const body = new Uint8Array(frames.reduce((sum, frame) => sum + 4 + frame.length, 0));
	const view = new DataView(body.buffer);
	let at = 0;
	for (const frame of frames) {
		view.setUint32(at, frame.length);
		body.set(frame, at + 4);
		at += 4 + frame.length;
	}
	return body;
}

/** The frames of an answer. Throws when it is anything else, such as the page of a captive portal. */
export function split(body: Uint8Array): Uint8Array[] {
	const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
	const frames: Uint8Array[] = [];
	let at = 0;
	while (at < body.length) {
		const length = at + 4 <= body.length ? view.getUint32(at) : Infinity;
		if (at + 4 + length > body.length) throw new Error('The answer is not made of frames.');
		frames.push(body.subarray(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return frames;
}
