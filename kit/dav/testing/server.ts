import { defineService, problem, type RunningService, systemRandom } from '@mana/service';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDav } from '../dav.ts';
import { MemoryFiles } from './memory-tree.ts';

/** A service with plain files at `/dav`, for tests. `Basic ana:…` and `ben:…` may write, `guest:…` may read, others are nobody. */
export async function startFiles(clock: { now(): number }): Promise<RunningService & { readonly files: string }> {
	const home = await mkdtemp(join(tmpdir(), 'mana-dav-'));
	const service = defineService({
		// The name decides nothing here but where addresses begin behind a hub.
		name: 'storage-server',
		limits: { bodyBytes: 20_000_000 },
		open: () => {
			const files = new MemoryFiles(clock);
			return {
				routes: (app) =>
					addDav(app, {
						path: '/dav',
						service: 'storage-server',
						clock,
						random: systemRandom,
						features: [],
						open: async (c) => {
							const person = personOf(c.req.header('authorization'));
							return { person, tree: files.seenBy(person, person === 'guest' ? 'read' : 'write') };
						},
					}),
				ready: async () => {},
				close: async () => {},
			};
		},
	});
	const started = await service.start({ port: 0, home, publicUrl: 'https://mana.example', logLevel: 'silent', env: {} });
	const close = () => started.close().then(() => rm(home, { recursive: true, force: true }));
	return { ...started, files: `${started.url}/dav/`, close };
}

function personOf(header: string | undefined): string {
	const name =
		Buffer.from(/^Basic (.+)$/.exec(header ?? '')?.[1] ?? '', 'base64')
			.toString()
			.split(':')[0] ?? '';
	if (!['ana', 'ben', 'guest'].includes(name)) throw problem(401, 'token-missing', 'Sign in first.');
	return name;
}
