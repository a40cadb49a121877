import type { MiddlewareHandler } from 'hono';
import { problem } from './problem.ts';
import { isHandshake } from './socket.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses writes and WebSocket handshakes that a page of another origin started: cookies would be sent along.
 * Programs that are no browser send no `Origin` and are judged by their token alone.
 *
 * @param forms paths to which any page may post a form: see `ServiceRow.formsFromElsewhere`
 * @throws Problem `foreign-origin`
 */
export function originCheck(publicUrl: string, forms: readonly string[] = []): MiddlewareHandler {
	const own = new URL(publicUrl).origin;
	const welcome = forms.map((path) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`));
	return async (c, next) => {
		const origin = c.req.header('origin');
		const isWelcome = c.req.method === 'POST' && welcome.some((path) => path.test(c.req.path));
		const matters = (!reading.has(c.req.method) && !isWelcome) || isHandshake(c);
		if (matters && origin !== undefined && origin !== own)
			throw problem(
				403,
				'foreign-origin',
				`This Mana takes changes only from ${own}. Open it at that address, or set MANA_PUBLIC_URL to yours.`,
			);
		await next();
	};
}
