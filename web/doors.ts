import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceRow } from '@mana/schema';
import { addressOn, followNeeds, isDirect, isLoopback, version } from '@mana/service';
import { escapeHtml, languageOf, smallPage } from './small-page.ts';

/** The door of an app: a port that answers health and sends pages on to the hub. */
export interface DoorPlan {
	/** The row's name. */
	readonly name: string;
	/** The address to listen on. */
	readonly host: string;
	/** 0: any free one. */
	readonly port: number;
	readonly app: string;
	/** Where the app lives on the hub's origin, as `/todo`. */
	readonly path: string;
}

export interface DoorsOptions {
	readonly doors: readonly DoorPlan[];
	readonly publicUrl: URL;
	/** Which copy of Mana this is (`copyOf` its data folder); the doors tell it to this machine. */
	readonly copy: string;
	/** Where a service is called. */
	readonly addressOf: (service: string) => string;
	/** Whether the app has pages; by default whether its folder holds one. */
	readonly has?: (app: string) => boolean;
}

export interface OpenDoor {
	readonly name: string;
	readonly port: number;
	readonly url: string;
}

export interface OpenDoors {
	readonly doors: readonly OpenDoor[];
	close(): Promise<void>;
}

/** The plan of a front end's row. @param place where it listens @throws when the row is none */
export function doorOf(row: ServiceRow, place: Pick<DoorPlan, 'host' | 'port'>): DoorPlan {
	if (!row.door) throw new Error(`${row.name} is no front end.`);
	return {
		name: row.name,
		...place,
		app: row.door.app,
		path: row.door.path,
	};
}

/**
 * Opens the doors of all front ends. They are plain servers and not services of the kit: two dozen of them cost next to nothing
 * this way, and all they know fits in one function.
 *
 * @throws an error with `code: 'EADDRINUSE'` and the `port`
 */
export function openDoors({ doors, publicUrl, copy, addressOf, has = hasPages }: DoorsOptions): OpenDoors {
	const startedAt = Date.now();
	const servers: { readonly door: DoorPlan; readonly server: Bun.Server<unknown> }[] = [];
	const close = async () => void (await Promise.all(servers.map(({ server }) => server.stop(true))));
	try {
		for (const door of doors) {
			const server = Bun.serve({
				hostname: door.host,
				port: door.port,
				fetch: (request, server) => {
					const near = isLoopback(server.requestIP(request)?.address ?? '');
					return answer(request, door, { publicUrl, addressOf, exists: has(door.app), startedAt, copy: near ? copy : null });
				},
			});
			servers.push({ door, server });
		}
	} catch (error) {
		void close();
		throw error;
	}
	return {
		doors: servers.map(({ door, server }) => {
			const port = server.port ?? door.port;
			return { name: door.name, port, url: addressOn(door.host, port) };
		}),
		close,
	};
}

interface House extends Pick<DoorsOptions, 'publicUrl' | 'addressOf'> {
	/** Whether the app has pages. */
	readonly exists: boolean;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** `null` for whoever asks from another machine. */
	readonly copy: string | null;
}

async function answer(
	request: Request,
	door: DoorPlan,
	{ publicUrl, addressOf, exists, startedAt, copy }: House,
): Promise<Response> {
	const { pathname, search } = new URL(request.url);
	const { name } = door;
	const direct = isDirect(request.headers);
	if (pathname === '/health/live') {
		const own = { ...(direct ? { pid: process.pid } : {}), ...(direct && copy !== null ? { copy } : {}) };
		return json({ status: 'ok', name, version, startedAt, ...own });
	}
	if (pathname === '/health/ready') return json({ status: 'ready' });
	if (pathname === '/health/needs' && direct) return json(await followNeeds(name, addressOf));
	if (request.method !== 'GET' && request.method !== 'HEAD')
		return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
	if (!exists) return missingPage(request, door, publicUrl);
	const rest =
		pathname === '/' || pathname === door.path
			? ''
			: pathname.startsWith(`${door.path}/`)
				? pathname.slice(door.path.length)
				: pathname;
	return new Response(null, {
		status: 302,
		headers: { location: `${publicUrl.origin}${door.path}${rest}${search}`, 'cache-control': 'no-store' },
	});
}

function hasPages(app: string): boolean {
	return existsSync(join(import.meta.dir, '..', 'apps', app, '+page.svelte'));
}

function missingPage(request: Request, door: DoorPlan, publicUrl: URL): Response {
	const language = languageOf(request);
	const words = missing[language];
	const name = door.app.charAt(0).toUpperCase() + door.app.slice(1);
	return smallPage({
		language,
		title: words.title.replace('{name}', name),
		status: 404,
		body: `<p>${words.why}</p>
<p><a class="go" href="${escapeHtml(publicUrl.origin)}/">${words.hub}</a></p>`,
	});
}

const missing = {
	en: {
		title: '{name} isn’t part of this Mana yet',
		why: 'This address is kept for it. What is there already, you find in your Mana.',
		hub: 'Open your Mana',
	},
	de: {
		title: '{name} gehört noch nicht zu diesem Mana',
		why: 'Diese Adresse ist dafür reserviert. Was es schon gibt, findest du in deinem Mana.',
		hub: 'Dein Mana öffnen',
	},
} as const;

function json(value: unknown): Response {
	return Response.json(value, { headers: { 'cache-control': 'no-store' } });
}
