import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceRow } from '@mana/schema';
import { isLoopback, version } from '@mana/service';
import { escapeHtml, languageOf, smallPage } from './small-page.ts';

/** The door of an app: a port that answers health and sends pages on to the hub. */
export interface DoorPlan {
	/** The row's name. */
	readonly name: string;
	/** 0: any free one. */
	readonly port: number;
	readonly app: string;
	/** Where the app lives on the hub's origin, as `/todo`. */
	readonly path: string;
}

export interface DoorsOptions {
	readonly doors: readonly DoorPlan[];
	readonly host: string;
	readonly publicUrl: URL;
	/** Which copy of Mana this is (`copyOf` its data folder); the doors tell it to this machine. */
	readonly copy: string;
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

/** The plan of a front end's row. @throws when the row is none */
export function doorOf(row: ServiceRow, portOffset: number): DoorPlan {
	if (!row.door) throw new Error(`${row.name} is no front end.`);
	return {
		name: row.name,
		port: row.ports[0].port + portOffset,
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
export function openDoors({ doors, host, publicUrl, copy, has = hasPages }: DoorsOptions): OpenDoors {
	const servers: { readonly door: DoorPlan; readonly server: Bun.Server<unknown> }[] = [];
	const close = async () => void (await Promise.all(servers.map(({ server }) => server.stop(true))));
	try {
		for (const door of doors) {
			const server = Bun.serve({
				hostname: host,
				port: door.port,
				fetch: (request, server) =>
					new URL(request.url).pathname === '/health/live'
						? live(door, isLoopback(server.requestIP(request)?.address ?? '') ? copy : null)
						: answer(request, door, publicUrl, has(door.app)),
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
			return { name: door.name, port, url: `http://127.0.0.1:${port}` };
		}),
		close,
	};
}

function live(door: DoorPlan, copy: string | null): Response {
	return json({ status: 'ok', name: door.name, version, pid: process.pid, ...(copy === null ? {} : { copy }) });
}

/** What a door answers. */
export function answer(request: Request, door: DoorPlan, publicUrl: URL, exists: boolean): Response {
	const { pathname, search } = new URL(request.url);
	if (pathname === '/health/ready') return json({ status: 'ready' });
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
