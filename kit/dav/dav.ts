import { isForwarded, Problem, type ServiceEnv } from '@mana/service';
import type { Context, Hono } from 'hono';
import { Exchange } from './exchange.ts';
import { DavFailure, errorDocument } from './failure.ts';
import { Locks } from './locks.ts';
import { copy, move } from './methods/copy-move.ts';
import { get, post, put, remove } from './methods/files.ts';
import { lock, unlock } from './methods/lock.ts';
import { mkcalendar, mkcol } from './methods/mkcol.ts';
import { propfind } from './methods/propfind.ts';
import { proppatch } from './methods/proppatch.ts';
import { report } from './methods/report.ts';
import type { DavTree } from './tree.ts';

type Method = (exchange: Exchange) => Promise<Response>;

const methods: Readonly<Record<string, Method>> = {
	GET: get,
	HEAD: get,
	PUT: put,
	DELETE: remove,
	PROPFIND: propfind,
	PROPPATCH: proppatch,
	MKCOL: mkcol,
	MKCALENDAR: mkcalendar,
	COPY: copy,
	MOVE: move,
	LOCK: lock,
	UNLOCK: unlock,
	REPORT: report,
	POST: post,
};

export interface DavOptions {
	/** Where the tree's root is in the service, without a slash at its end: `/dav`. */
	readonly path: string;
	/** The service's name: behind the hub its addresses begin with `/api/<name>`. */
	readonly service: string;
	readonly clock: { now(): number };
	readonly random: ConstructorParameters<typeof Locks>[1];
	/** Finds out who asks, and what they see; or answers itself, where that is elsewhere. @throws Problem 401 */
	open(c: Context<ServiceEnv>): Promise<{ readonly person: string; readonly tree: DavTree } | Response>;
	/** What the trees know besides WebDAV, for the `DAV` header: `calendar-access`. */
	readonly features: readonly string[];
}

/**
 * Serves a tree by WebDAV: RFC 4918 classes 1 to 3, RFC 6578 (sync), 5397 (who am I), 5689 (extended MKCOL), 8144 (Prefer), and what
 * clients read of RFC 3744 (rights) and 3253 (reports).
 *
 * @example addDav(app, { path: '/dav', service: 'mana-notes', clock, random, features: [], open: async (c) => ({ person, tree }) });
 */
export function addDav(app: Hono<ServiceEnv>, options: DavOptions): void {
	const locks = new Locks(options.clock, options.random);
	const answer = async (c: Context<ServiceEnv>): Promise<Response> => {
		if (c.req.method === 'OPTIONS') return abilities(options.features);
		const method = methods[c.req.method];
		if (!method) return new Response(null, { status: 405, headers: { allow: allowed } });
		const opened = await options.open(c).catch((error: unknown) => challenge(error, c.get('requestId')));
		if (opened instanceof Response) return opened;
		const { person, tree } = opened;
		const base = (isForwarded(c) ? `/api/${options.service}` : '') + options.path;
		const host = (isForwarded(c) ? c.req.header('x-forwarded-host') : undefined) ?? c.req.header('host') ?? 'localhost';
		try {
			const { pathname, hash } = new URL(c.req.url);
			// Some client forgot to encode it: what it means lies elsewhere than what would be left of the address.
			if (hash !== '') throw new DavFailure(400, 'An address that is asked for has no fragment. Write # as %23.');
			const within = pathname.slice(options.path.length);
			return await method(new Exchange({ request: c.req.raw, person, tree, locks, base, host, pathname: within }));
		} catch (error) {
			if (!(error instanceof DavFailure)) throw error;
			c.get('log').debug({ status: error.status }, error.message);
			return new Response(errorDocument(error), {
				status: error.status,
				headers: { 'content-type': 'application/xml; charset=utf-8', ...(error.status === 405 && { allow: allowed }) },
			});
		}
	};
	app.all(options.path, answer);
	app.all(`${options.path}/*`, answer);
}

/** The programs that come here sign in by name and password, and ask for them only when they are told so (RFC 7617). */
function challenge(error: unknown, requestId: string): Response {
	if (!(error instanceof Problem) || error.status !== 401) throw error;
	const refused = error.response(requestId);
	refused.headers.set('www-authenticate', 'Basic realm="Mana", charset="UTF-8"');
	return refused;
}

const allowed = ['OPTIONS', ...Object.keys(methods)].join(', ');

function abilities(features: readonly string[]): Response {
	const dav = ['1', '2', '3', 'access-control', 'extended-mkcol', ...features].join(', ');
	return new Response(null, { status: 200, headers: { dav, allow: allowed, 'ms-author-via': 'DAV' } });
}
