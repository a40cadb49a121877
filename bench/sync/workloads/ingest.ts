import { percentile } from '../../bench.ts';
import type { Actor } from '../actor/start.ts';
import type { Figure } from '../figure.ts';
import { sameState } from '../stage.ts';
import type { Workload } from './workload.ts';

const rows = 1_000;
const fields = 10;
/** Rows a second that are tried, one after another, until one is too much. */
const ladder = [50, 100, 250, 500, 1_000, 2_500, 3_500, 5_000, 7_500];
const stepSeconds = 4;
const sustainedSeconds = 60;
/** A little above what our goal asks for, 25,000 fields a second: a rate is counted until the reader has it. */
const goalRows = 2_600;
const lagMs = 50;

/** The highest rate at which transactions of ten fields arrive as fast as they are written. */
export const ingest: Workload = {
	name: 'ingest',
	title: 'Sustained ingest',
	how: `open loop of whole rows (${fields} fields, one transaction); highest rate of ${ladder.map((rate) => (rate * fields).toLocaleString('en')).join(' · ')} ops/s that B follows with at most ${lagMs} ms of lag after ${stepSeconds} s; ours then for ${sustainedSeconds} s at ${goalRows * fields}`,
	who: 'all',
	withinMs: 240_000,
	async run(stage) {
		const { address, writer } = await stage.filled(rows);
		const reader = await stage.actor();
		await reader.do('connect', { address, rows });
		let turn = 1;
		let best = 0;
		let step: Step | null = null;
		for (const rate of ladder) {
			const tried = await attempt(writer, reader, { rate, seconds: stepSeconds, turn });
			turn += tried.turns;
			if (!tried.kept) break;
			best = rate;
			step = tried;
		}
		await sameState([writer, reader], 60_000);
		const figures: Figure[] = [{ name: 'highest', value: best * fields, unit: 'ops/s' }];
		if (step && step.ackP99 !== null) figures.push({ name: 'ack p99 there', value: step.ackP99, unit: 'ms' });
		if (stage.engine.name !== 'mana') return figures;
		const long = await attempt(writer, reader, { rate: goalRows, seconds: sustainedSeconds, turn });
		await sameState([writer, reader], 60_000);
		return [
			...figures,
			{ name: 'sustained', value: long.opsPerSecond, unit: 'ops/s' },
			{ name: 'ack p99', value: long.ackP99 ?? NaN, unit: 'ms' },
			{ name: 'lag at the end', value: long.lagMs, unit: 'ms' },
		];
	},
};

interface Step {
	readonly kept: boolean;
	readonly turns: number;
	readonly lagMs: number;
	readonly opsPerSecond: number;
	readonly ackP99: number | null;
}

async function attempt(
	writer: Actor,
	reader: Actor,
	{ rate, seconds, turn }: { rate: number; seconds: number; turn: number },
): Promise<Step> {
	const done = await writer.do<Ingested>('ingest', { rowsPerSecond: rate, seconds, rows, turn });
	const lastRow = (done.total - 1) % rows;
	const lastTurn = turn + Math.floor((done.total - 1) / rows);
	const reached = await reader.do<number>('follows', { row: lastRow, turn: lastTurn });
	const lag = reached - done.endedAt;
	return {
		// A writer that cannot write as fast as it should does not keep up either.
		kept: lag <= lagMs && done.wroteMs <= seconds * 1000 + lagMs,
		turns: Math.ceil(done.total / rows) + 1,
		lagMs: lag,
		opsPerSecond: (done.total * fields) / ((reached - done.startedAt) / 1000),
		ackP99: done.delays.length > 0 ? percentile(done.delays, 0.99) : null,
	};
}

interface Ingested {
	readonly total: number;
	readonly startedAt: number;
	readonly endedAt: number;
	readonly wroteMs: number;
	readonly delays: number[];
}
