import type { Engine } from './engines.ts';
import { type Figure, moreIsBetter, shown } from './figure.ts';
import type { Floors } from './floors.ts';
import { goals, verdict } from './goals.ts';
import type { About, Entry, Run } from './report.ts';
import type { Workload } from './workloads/workload.ts';

/** A workload's results as lines of text: floors, a row for each engine with its ratio to ours and to the floor, the goals. */
export function tableOf(
	run: Run,
	workload: Workload,
	engines: readonly Engine[],
	about: Readonly<Record<string, About>>,
): string[] {
	const ours = run.entries.find(({ engine }) => engine === 'mana');
	const columns = [...new Set(run.entries.flatMap(({ figures }) => figures.map(columnOf)))];
	const head = ['', ...columns, '× ours', ...(workload.floor ? ['× floor'] : [])];
	const rows = run.entries.map((entry) => {
		const name = nameOf(entry, engines, about);
		if (entry.failure) return [name, `${words[entry.failure.kind]}: ${entry.failure.message.split('\n')[0]}`];
		const first = entry.figures[0];
		return [
			name,
			...columns.map((column) => cell(entry.figures.find((figure) => columnOf(figure) === column))),
			entry === ours ? '' : ratio(first, ours?.figures[0]),
			...(workload.floor && first ? [`${(first.value / run.floors[workload.floor]).toFixed(1)}`] : []),
		];
	});
	return [
		`${workload.title}`,
		`  ${workload.how}`,
		`  ${floorsLine(run.floors)}`,
		...aligned([head, ...rows]),
		...goalLines(run, workload),
	];
}

/** Reached or missed, for each goal of the workload. */
export function goalLines(run: Run, { name }: Pick<Workload, 'name'>): string[] {
	const figures = run.entries.find(({ engine }) => engine === 'mana')?.figures ?? [];
	return goals
		.filter(({ workload }) => workload === name)
		.map((goal) => `  row ${goal.row}, ${goal.figure}: ${verdict(goal, figures.find((figure) => figure.name === goal.figure))}`); // prettier-ignore
}

/** How many times better ours is in the figure that engines are compared by; below 1, worse. */
export function ratio(theirs: Figure | undefined, ours: Figure | undefined): string {
	if (!theirs || !ours || theirs.name !== ours.name) return '';
	const times = moreIsBetter(ours.unit) ? ours.value / theirs.value : theirs.value / ours.value;
	return Number.isFinite(times) ? times.toPrecision(times >= 100 ? 3 : 2) : '–';
}

export function floorsLine({ tcp, echo, flush, fanout, load }: Floors): string {
	return `floors, ms: TCP round trip ${shown(tcp)}, WebSocket echo ${shown(echo)}, fdatasync ${shown(flush)}, topic to 200 ${shown(fanout)}; load average ${load.toFixed(2)}`;
}

const words = { time: 'TIME', diverged: 'DIVERGED, does not count', 'not-there': 'not there', error: 'FAILED' } as const;

const columnOf = ({ name, unit }: Figure): string => `${name} ${unit}`;

function nameOf({ engine, repeats }: Entry, engines: readonly Engine[], about: Readonly<Record<string, About>>): string {
	const label = engines.find(({ name }) => name === engine)?.label ?? engine;
	return `${label}${about[engine]?.durable ? ' (durable)' : ''}${repeats > 1 ? `, median of ${repeats}` : ''}`;
}

function cell(figure: Figure | undefined): string {
	return figure ? shown(figure.value) : '';
}

/** The first column to the left, all others to the right; what stands alone in its row may be as long as it likes. */
function aligned(rows: readonly (readonly string[])[]): string[] {
	const full = rows.filter(({ length }) => length > 2 || rows[0]!.length <= 2);
	const widths = rows[0]!.map((_, at) => Math.max(...full.map((row) => (row[at] ?? '').length), at === 0 ? Math.max(...rows.map(([name]) => name!.length)) : 0)); // prettier-ignore
	return rows.map((row) =>
		`  ${row.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : full.includes(row) ? text.padStart(widths[at]!) : text)).join('  ')}`.trimEnd(),
	);
}
