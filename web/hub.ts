import { isSharePath } from '@mana/ui/shell/handed';
import { isHandshake, Problem, problem, type ServiceEnv, upgrade } from '@mana/service';
import type { Context, Hono } from 'hono';
import type { Assets } from './assets.ts';
import { type Address, entranceOf, strangerPage, wantsPage } from './entrance.ts';
import { type Caller, forward, headersToService } from './forward.ts';
import { plainSecurity, securityHeaders } from './security.ts';
import { addStatus, type StatusOptions } from './status.ts';
import { addWellKnown } from './well-known.ts';
import { openTunnel } from './tunnel.ts';

export interface HubOptions extends Address {
	readonly assets: Assets;
	/** Where a service listens, as `http://host:port`; `null` for one that is not to be reached from outside. */
	readonly addressOf: (service: string) => string | null;
	/** The origin to which pages are sent that were asked for on this machine under another name than the public one. */
	readonly pageElsewhere: string;
	readonly status: StatusOptions;
	/** Shows a service that this is the hub. */
	readonly proofFor: (service: string) => Promise<string>;
}

/** How long a service may take to answer a WebSocket handshake, in milliseconds. */
const handshakeMs = 10_000;

/** The hub: the one origin. Serves the build and passes `/api/<service>/…` on to that service. */
export function addHub(app: Hono<ServiceEnv>, options: HubOptions): void {
	const { assets, publicUrl } = options;
	const headers = securityHeaders(new TextDecoder().decode(assets.page.plain), publicUrl);

	app.use(async (c, next) => {
		const entrance = entranceOf(c.req.header('host'), c.req.header('x-forwarded-host'), options);
		if (entrance === 'public' || c.req.path.startsWith('/health/')) return next();
		const page = wantsPage(c.req.raw);
		if (entrance === 'stranger') {
			if (page) return strangerPage(c.req.raw, publicUrl);
			throw problem(421, 'wrong-address', `This Mana lives at ${publicUrl.origin}. Ask there.`);
		}
		if (page && !options.behindProxy) return c.redirect(options.pageElsewhere + pathOf(c), 302);
		return next();
	});

	addStatus(app, options.status);
	addWellKnown(app, publicUrl, (service) => options.addressOf(service) !== null);
	app.all('/api/:service/*', (c) => passOn(c, options));

	// What is shared with an installed app goes no further than this device: its service worker takes it. One that is not there yet cannot, and the
	// page says so.
	app.post('*', (c, next) => (isSharePath(c.req.path) ? c.redirect(c.req.path, 303) : next()));

	app.on(['GET', 'HEAD'], '*', async (c) => {
		const asset = assets.find(c.req.path) ?? (wantsPage(c.req.raw) ? assets.page : null);
		if (!asset) throw problem(404, 'not-found', `There is nothing at ${c.req.path}.`);
		const answer = await assets.answer(asset, c.req.raw);
		// A service worker lives under the policy of its own script: it fetches what the page may fetch.
		const acts = asset === assets.page || c.req.path === '/service-worker.js';
		for (const [name, value] of Object.entries(acts ? headers : plainSecurity)) answer.headers.set(name, value);
		return answer;
	});
}

async function passOn(c: Context<ServiceEnv>, { addressOf, publicUrl, behindProxy, proofFor }: HubOptions): Promise<Response> {
	const path = pathOf(c);
	// As it stands in the address: decoded, its length would cut the rest of the path in the wrong place.
	const service = path.split('/', 3)[2] ?? '';
	const address = addressOf(service);
	if (!address) throw problem(404, 'unknown-service', `This Mana has no service "${service}" for its pages.`);
	const target = address + path.slice(`/api/${service}`.length);
	const caller: Caller = { peer: c.env.ip, publicUrl, behindProxy, proof: await proofFor(service) };
	try {
		if (isHandshake(c)) {
			const tunnel = await openTunnel(target.replace(/^http/, 'ws'), headersToService(c.req.raw.headers, caller), handshakeMs);
			try {
				return upgrade(c, tunnel);
			} catch (error) {
				tunnel.service.terminate();
				throw error;
			}
		}
		return await forward(c.req.raw, target, caller);
	} catch (error) {
		if (error instanceof Problem || c.req.raw.signal.aborted) throw error;
		throw problem(
			503,
			'service-unreachable',
			`${service} does not answer. What you do is kept on this device; try again in a moment.`,
			{
				cause: error,
				retryAfterMs: 1000,
			},
		);
	}
}

/** Path and query as they came: taken from the address as text, so that nothing is decoded or folded on the way. */
function pathOf(c: Context<ServiceEnv>): string {
	return c.req.url.slice(c.req.url.indexOf('/', c.req.url.indexOf('//') + 2));
}
