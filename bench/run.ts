import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { apps } from './apps.ts';
import { auth } from './auth.ts';
import { type Bench, type Figure, meets } from './bench.ts';
import { door } from './door.ts';
import { download } from './download.ts';
import { downloadPage } from './download-page.ts';
import { growth } from './growth.ts';
import { pages } from './pages.ts';
import { recur } from './recur.ts';
import { smooth } from './smooth.ts';
import { start } from './start.ts';

/** Adding a bench is a file and a line here. */
const benches: Readonly<Record<string, Bench>> = {
	start,
	auth,
	door,
	download,
	downloadPage,
	smooth,
	growth,
	pages,
	apps,
	recur,
};

const [first, ...rest] = process.argv.slice(2);
if (first === 'sync') process.exit(await (await import('./sync/run.ts')).benchSync(rest));

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
	console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}, sync.`);
	process.exit(2);
}

const results: Record<string, Figure[]> = {};
for (const [name, bench] of Object.entries(benches)) {
	if (wanted.length > 0 && !wanted.includes(name)) continue;
	console.log(`\n${bench.name}`);
	results[name] = [];
	await bench.run((figure) => {
		results[name]!.push(figure);
		console.log(lineOf(figure));
	});
}

const folder = join(import.meta.dir, 'results');
mkdirSync(folder, { recursive: true });
const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
const machine = {
	cpu: cpus()[0]?.model,
	cores: cpus().length,
	memoryGb: Math.round(totalmem() / 2 ** 30),
	kernel: release(),
	bun: Bun.version,
};
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, '\t')}\n`);
console.log(`\n${machine.cores} cores, ${machine.cpu}, Bun ${machine.bun}. As JSON: ${file}`);

function lineOf(figure: Figure): string {
	const { name, value, unit, aim, note } = figure;
	const number = value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
	const told = aim
		? `aim ${aim.most === undefined ? `≥ ${aim.least}` : `≤ ${aim.most}`} ${meets(figure) ? 'met' : 'NOT MET'}`
		: '';
	return `  ${name.padEnd(44)} ${`${number} ${unit}`.padStart(14)}   ${told.padEnd(18)} ${note ?? ''}`.trimEnd();
}
