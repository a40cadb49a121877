import type { MiddlewareHandler } from 'hono';
import { type Problem, problem } from './problem.ts';
import { isHandshake } from './socket.ts';

export interface Limits {
	/** Largest request body in bytes. */
	readonly bodyBytes: number;
	/** Longest time until an answer begins, in milliseconds. WebSockets are exempt. */
	readonly requestMs: number;
	/** How long open requests may go on when the service stops, in milliseconds. */
	readonly shutdownMs: number;
}

export const defaultLimits: Limits = { bodyBytes: 1024 * 1024, requestMs: 30_000, shutdownMs: 10_000 };

/**
 * Refuses bodies that are too large: by the length they announce or, without one, while they are read. Nothing is gathered here, so
 * that nobody can fill the memory of a service that only passes bodies on.
 *
 * @throws Problem `body-too-large`; reading the body may throw it too
 */
export function sizeLimit(bodyBytes: number): MiddlewareHandler {
	const tooLarge = () =>
		problem(413, 'body-too-large', `The request is larger than ${bodyBytes} bytes. Send it in smaller parts.`);
	return async (c, next) => {
		const announced = c.req.header('content-length');
		if (announced !== undefined && Number(announced) > bodyBytes) throw tooLarge();
		const { body } = c.req.raw;
		if (announced === undefined && body) {
			const flowing: RequestInit = { body: body.pipeThrough(counted(bodyBytes, tooLarge)) };
			c.req.raw = new Request(c.req.raw, flowing);
		}
		await next();
	};
}

/** Lets so many bytes pass, then breaks. */
function counted(most: number, tooLarge: () => Problem): TransformStream<Uint8Array, Uint8Array> {
	let bytes = 0;
	return new TransformStream({
		transform(chunk, controller) {
			bytes += chunk.byteLength;
			if (bytes > most) controller.error(tooLarge());
			else controller.enqueue(chunk);
		},
	});
}

/** @throws Problem `request-timeout` */
export function timeLimit(requestMs: number): MiddlewareHandler {
	return async (c, next) => {
		if (isHandshake(c)) return next();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_, reject) => {
			timer = setTimeout(
				() => reject(problem(503, 'request-timeout', `No answer within ${requestMs / 1000} s. Try again in a moment.`)),
				requestMs,
			);
		});
		try {
			await Promise.race([next(), late]);
		} finally {
			clearTimeout(timer);
		}
	};
}
