import { Dice } from '@mana/sync/simulator/dice';
import { parseArgs } from 'node:util';
import { Cluster } from './cluster.ts';
import { digestOf } from './digest.ts';
import { within } from './limit.ts';
import { type Harm, harms, nodeHarms } from './nemesis.ts';
import { startProcess } from './process.ts';
import { Server } from './server.ts';
import { openStage, type Stage } from './tabs.ts';
import { type State, verdict, viewOf } from './verdict.ts';

const HELP = `Troubles a real mana-sync and real clients, each in a process of its own, and checks what they show (docs/sync.md).

  npm run faults -- --runs 20 --seed 1       twenty runs, from a seed on
  npm run faults -- --runs 1 --seed 17       one of them again
  npm run faults -- --tabs                   clients are tabs of Chromium, with its IndexedDB
  npm run faults -- --nodes 2                two nodes on one PostgreSQL, which are killed, paused and cut off from it
  npm run faults -- --without "fill the disk" --with "cut up" …   leaves harms out, or takes only those named
`;

/** How long trouble is made when nobody says, in milliseconds. */
const usualTroubleMs = [2500, 7000] as const;
/** Within this, in peace, every outbox is empty and all show the same (I8). */
const peaceMs = 10_000;
/** Longest that a run and its end may take, on a busy machine, in milliseconds. */
const RUN_MS = 120_000;
const CLOSE_MS = 30_000;

interface Result {
	readonly seed: number;
	readonly faults: readonly string[];
	readonly transactions: number;
	/** From peace to equal states and empty outboxes, in milliseconds. */
	readonly settledMs: number;
	readonly harms: readonly string[];
}

// Whatever is still open must not keep it from ending.
if (import.meta.main) process.exit(await main());

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			runs: { type: 'string', default: '10' },
			seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
			with: { type: 'string', multiple: true },
			without: { type: 'string', multiple: true },
			tabs: { type: 'boolean', default: false },
			nodes: { type: 'string' },
			json: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return 0;
	}
	const nodes = values.nodes === undefined ? null : Number(values.nodes);
	const chosen = (nodes === null ? harms : nodeHarms).filter(
		({ name }) => (values.with?.includes(name) ?? true) && !(values.without?.includes(name) ?? false),
	);
	if (nodes === null && !Server.canSlow) console.log('strace is not here: the disk is never slowed.');
	const results: Result[] = [];
	const stage = values.tabs ? await within(CLOSE_MS, 'The start of Chromium', openStage()) : null;
	for (let index = 0; index < Number(values.runs); index++) {
		const result = await troubled({ seed: Number(values.seed) + index, chosen, stage, nodes });
		results.push(result);
		const { seed, faults, transactions, settledMs } = result;
		console.log(
			`seed ${seed}: ${transactions} transactions, settled in ${settledMs} ms, ${result.harms.length} harms${faults.length ? '' : ', right'}`,
		);
		for (const fault of faults.slice(0, 5)) console.log(`  ${fault}`);
	}
	if (stage) await within(CLOSE_MS, 'The end of Chromium', stage.close());
	const failed = results.filter(({ faults }) => faults.length > 0).length;
	const settled = results.map(({ settledMs }) => settledMs).sort((a, b) => a - b);
	const at = (share: number) => settled[Math.min(settled.length - 1, Math.floor(settled.length * share))];
	console.log(`settled after peace: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${settled.at(-1)} ms`);
	if (values.json) await Bun.write(values.json, JSON.stringify(results, null, '\t'));
	console.log(`${results.length - failed} passed, ${failed} failed`);
	return failed > 0 ? 1 : 0;
}

export interface RunOptions {
	readonly seed: number;
	readonly chosen: readonly Harm[];
	/** Where clients are tabs. */
	readonly stage?: Stage | null;
	/** Nodes on one PostgreSQL; without: one server with a disk of its own. */
	readonly nodes?: number | null;
	/** How long trouble is made, in milliseconds. */
	readonly troubleMs?: number;
	/** For all of it, in milliseconds. */
	readonly longestMs?: number;
}

/**
 * One run: work, trouble, peace, and a look at everything. It ends with a verdict whatever happens: what breaks it off is a fault.
 */
export async function troubled(options: RunOptions): Promise<Result> {
	const { seed, chosen, stage = null, nodes = null, longestMs = RUN_MS, troubleMs } = options;
	const dice = new Dice(seed);
	const clients = dice.int(5, 10);
	const cluster = await Cluster.make({
		nodes,
		rate: dice.int(10, 50) / clients,
		dice: dice.fork(),
		startPlayer: stage?.startPlayer ?? startProcess,
		...(stage && { origin: stage.origin }),
	});
	const leave = () => void cluster.close().finally(() => process.exit(130));
	process.once('SIGINT', leave).once('SIGTERM', leave);
	const done: string[] = [];
	const broken = (error: unknown): Result => {
		const why = `broken off: ${error instanceof Error ? error.message : String(error)}`;
		return { seed, faults: [...cluster.faults, why], transactions: 0, settledMs: longestMs, harms: done };
	};
	const result = await within(longestMs, 'The run', play()).catch(broken);
	process.off('SIGINT', leave).off('SIGTERM', leave);
	return within(CLOSE_MS, 'The end of the run', cluster.close()).then(() => result, broken);

	async function play(): Promise<Result> {
		await stage?.renew();
		await cluster.start(clients);
		cluster.tell('write');
		await trouble(
			cluster,
			dice,
			chosen.filter(() => dice.chance(0.6)),
			troubleMs ?? dice.int(...usualTroubleMs),
			done,
		);
		cluster.tell('stop');
		cluster.tell('wake');
		await cluster.states(); // whoever answers has heard that there is peace, however busy the machine is
		const began = performance.now();
		const { states, settled } = await peace(cluster);
		const settledMs = Math.round(performance.now() - began);
		const faults = [
			...cluster.faults,
			...(settled ? [] : [`I8: not settled within ${peaceMs} ms: ${complaint(states)}`]),
			...verdict(cluster, states, stage !== null),
			...((await cluster.database?.faults()) ?? []),
		];
		return { seed, faults, transactions: states[0]?.view.marks.length ?? 0, settledMs, harms: done };
	}
}

async function trouble(cluster: Cluster, dice: Dice, chosen: readonly Harm[], ms: number, done: string[]): Promise<void> {
	const until = performance.now() + ms;
	const mending: { readonly at: number; readonly mend: () => Promise<void> }[] = [];
	while (performance.now() < until) {
		await Bun.sleep(dice.int(50, 600));
		for (const due of mending.filter(({ at }) => at < performance.now())) {
			mending.splice(mending.indexOf(due), 1);
			await due.mend();
		}
		// One harm at a time of those that stop the same thing; two different ones may well meet.
		if (chosen.length === 0 || mending.length >= 2) continue;
		const harm = dice.pick(chosen);
		if (mending.length > 0 && done.at(-1) === harm.name) continue;
		done.push(harm.name);
		mending.push({ at: performance.now() + dice.int(100, 1500), mend: await harm.begin(cluster, dice) });
	}
	for (const { mend } of mending) await mend();
}

async function peace(cluster: Cluster): Promise<{ states: State[]; settled: boolean }> {
	const until = performance.now() + peaceMs;
	for (;;) {
		const states = await cluster.states();
		const digests = new Set(states.map(({ view }) => digestOf(viewOf(view))));
		const settled = digests.size === 1 && states.every(({ unsent }) => unsent === 0);
		if (settled || performance.now() > until) return { states, settled };
		await Bun.sleep(50);
	}
}

function complaint(states: readonly State[]): string {
	return states
		.map(({ unsent, stands, view }, seat) => `seat ${seat} shows ${view.marks.length} and has ${unsent} unsent, ${stands}`)
		.join('; ');
}
