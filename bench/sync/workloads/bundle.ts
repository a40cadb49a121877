import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from '../engines.ts';
import { NotThere } from '../stage.ts';
import type { Workload } from './workload.ts';

/** What a browser loads to use an engine's client. */
export const bundle: Workload = {
	name: 'bundle',
	title: 'Client bundle',
	how: "an entry that imports what an application needs (client, its transport, storage in the browser: peers/NAME/bundle.mjs), Bun's bundler, minified, gzip -9; core: what is loaded before an account can sync, later: what may be fetched after it",
	who: 'all',
	withinMs: 60_000,
	async run({ engine }) {
		const { atOnce, later } = await sizesOf(engine);
		return [
			{ name: 'core', value: atOnce.gzip / 1000, unit: 'kB' },
			{ name: 'unpacked', value: atOnce.plain / 1000, unit: 'kB' },
			{ name: 'later', value: later.gzip / 1000, unit: 'kB' },
		];
	},
};

interface Sizes {
	plain: number;
	gzip: number;
}

async function sizesOf(engine: Engine): Promise<{ atOnce: Sizes; later: Sizes }> {
	const entry = join(dirname(engine.file), 'bundle.mjs');
	if (!existsSync(entry)) throw new NotThere(`${engine.label} has no bundle.mjs.`);
	const built = await Bun.build({ entrypoints: [entry], target: 'browser', minify: true, splitting: true, metafile: true });
	const [first] = built.outputs.filter(({ kind }) => kind === 'entry-point').map(({ path }) => path);
	const together = new Set([first!]);
	for (const path of together)
		for (const { kind, path: next } of built.metafile!.outputs[path]?.imports ?? [])
			if (kind === 'import-statement') together.add(next);
	const sizes = { atOnce: { plain: 0, gzip: 0 }, later: { plain: 0, gzip: 0 } };
	for (const output of built.outputs) {
		const bytes = new Uint8Array(await output.arrayBuffer());
		const size = together.has(output.path) ? sizes.atOnce : sizes.later;
		size.plain += bytes.length;
		size.gzip += Bun.gzipSync(bytes, { level: 9 }).length;
	}
	return sizes;
}
