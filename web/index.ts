import { join } from 'node:path';
import { largestBodyBytes, type ServiceRow, services } from '@mana/schema';
import { defineService, type Service, type ServiceEnv } from '@mana/service';
import { hubProofs } from '@mana/service/via-hub';
import type { Hono } from 'hono';
import { z } from 'zod';
import { openAssets } from './assets.ts';
import { addHub } from './hub.ts';
import { lanAddresses, lanNames, plainUrlOf } from './lan/addresses.ts';
import type { LanFront, LanFrontOptions } from './lan/front.ts';
import { tunnelHandlers } from './tunnel.ts';

const root = join(import.meta.dir, '..');

/** The hub's server: the one origin that people open. */
export const service = hubOver(join(root, 'web', 'build'));

/** @param build the folder with the built pages */
export function hubOver(build: string): Service {
	return defineService({
		name: 'mana-web',
		// A service behind the hub has its own, smaller limit; this one only has to let the largest of them through.
		limits: { bodyBytes: largestBodyBytes, requestMs: 120_000 },
		config: {
			lan: z.boolean().default(false).describe('also open to the local network, with TLS by a certificate of its own'),
			behindProxy: z.boolean().default(false).describe('a proxy of yours stands before it and says who asks'),
		},
		async open({ config, home, publicUrl, port, addressOf, verifyToken, identity, clock, log }) {
			const assets = openAssets(build);
			const open = new Map<string, string>(services.filter(isBehindHub).map((row) => [row.name, addressOf(row.name)]));
			let hub: Hono<ServiceEnv> | null = null;
			const front = config.lan
				? await openLan({
						home,
						port,
						publicUrl,
						log,
						fetch: (request, connection) => hub?.fetch(request, connection) ?? new Response(null, { status: 503 }),
					})
				: null;
			return {
				routes(app) {
					addHub(app, {
						assets,
						publicUrl: new URL(publicUrl),
						behindProxy: config.behindProxy,
						pageElsewhere: config.lan ? plainUrlOf(new URL(publicUrl), port).origin : publicUrl,
						addressOf: (name) => open.get(name) ?? null,
						proofFor: hubProofs(identity, clock),
						status: { rows: services.filter(isOurs), addressOf, verifyToken, clock },
					});
					hub = app;
				},
				ready: () => assets.answer(assets.page, new Request(publicUrl)),
				websocket: tunnelHandlers,
				close: async () => front?.close(),
			};
		},
	});
}

/** Loaded only when it is asked for: the certificate library is large. */
async function openLan(
	options: Pick<LanFrontOptions, 'port' | 'log' | 'fetch'> & { home: string; publicUrl: string },
): Promise<LanFront> {
	const { hubCertificate } = await import('./lan/authority.ts');
	const { openLanFront } = await import('./lan/front.ts');
	const publicUrl = new URL(options.publicUrl);
	const addresses = lanAddresses();
	const certificate = await hubCertificate(options.home, [publicUrl.hostname, ...addresses, ...lanNames()], new Date());
	return openLanFront({ ...options, publicUrl, addresses, certificate, websocket: tunnelHandlers });
}

/** Whether pages may talk to a service through the hub: what is ours, runs and is no front end itself. */
export function isBehindHub(row: ServiceRow): boolean {
	return row.kind === 'own' && isOurs(row) && row.door === undefined;
}

function isOurs(row: ServiceRow): boolean {
	return row.kind !== 'external' && row.status === 'running';
}

if (import.meta.main) await service.run();
