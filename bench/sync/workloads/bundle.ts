import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from '../engines.ts';
import { NotThere } from '../stage.ts';
import type { Workload } from './workload.ts';

/** What a browser loads to use an engine's client. */
export const bundle: Workload = {
	name: 'bundle',
	title: 'Client bundle',
	how: "an entry that imports what an application needs (client, its transport, storage in the browser: peers/NAME/bundle.mjs), Bun's bundler, minified, gzip -9",
	who: 'all',
	withinMs: 60_000,
	async run({ engine }) {
		const { plain, gzip } = await sizesOf(engine);
		return [
			{ name: 'core', value: gzip / 1000, unit: 'kB' },
			{ name: 'unpacked', value: plain / 1000, unit: 'kB' },
		];
	},
};

async function sizesOf(engine: Engine): Promise<{ plain: number; gzip: number }> {
	const entry = join(dirname(engine.file), 'bundle.mjs');
	if (!existsSync(entry)) throw new NotThere(`${engine.label} has no bundle.mjs.`);
	const built = await Bun.build({ entrypoints: [entry], target: 'browser', minify: true, splitting: true });
	const sizes = { plain: 0, gzip: 0 };
	for (const output of built.outputs) {
		const bytes = new Uint8Array(await output.arrayBuffer());
		sizes.plain += bytes.length;
		sizes.gzip += Bun.gzipSync(bytes, { level: 9 }).length;
	}
	return sizes;
}
