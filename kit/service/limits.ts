import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problem } from './problem.ts';
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

/** @throws Problem `body-too-large` */
export function sizeLimit(bodyBytes: number): MiddlewareHandler {
	return bodyLimit({
		maxSize: bodyBytes,
		onError: () => {
			throw problem(413, 'body-too-large', `The request is larger than ${bodyBytes} bytes. Send it in smaller parts.`);
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
