import { Actor, TimeIsUp } from './actor/start.ts';
import type { Engine } from './engines.ts';
import type { Figure } from './figure.ts';
import { takeFloors } from './floors.ts';
import { median } from './latency.ts';
import type { About, Entry, Run } from './report.ts';
import { Diverged, NotThere, Stage } from './stage.ts';
import type { Workload } from './workloads/workload.ts';

/** Runs one workload with every engine that takes part. Never throws: what went wrong is the result. */
export async function measure(
	workload: Workload,
	engines: readonly Engine[],
	repeats: number,
	say: (line: string) => void,
): Promise<Run> {
	const floors = await takeFloors();
	const entries: Entry[] = [];
	for (const engine of engines) {
		if (workload.who === 'ours' && engine.name !== 'mana') continue;
		say(`${workload.name}: ${engine.label}`);
		entries.push(await entryOf(workload, engine, repeats));
	}
	return { workload: workload.name, floors, entries };
}

/** What an engine says about itself. @throws when it does not start */
export async function askAbout(engine: Engine): Promise<About> {
	const actor = await Actor.start(engine);
	try {
		return await actor.do<About>('about');
	} finally {
		await actor.end();
	}
}

/** One engine in one workload: the median of its repeats, or why there is none. */
export async function entryOf(workload: Workload, engine: Engine, repeats: number): Promise<Entry> {
	const taken: Figure[][] = [];
	try {
		for (let repeat = 0; repeat < repeats; repeat++) {
			await using stage = new Stage(engine);
			taken.push(await within(workload.withinMs, `${engine.label} in ${workload.name}`, workload.run(stage)));
		}
		return { engine: engine.name, figures: medians(taken), repeats };
	} catch (error) {
		return { engine: engine.name, figures: [], repeats: taken.length, failure: failureOf(error) };
	}
}

/** Figure by figure, the median of the repeats. */
export function medians(taken: readonly (readonly Figure[])[]): Figure[] {
	return taken[0]!.map((figure) => ({
		...figure,
		value: median(taken.flatMap((figures) => figures.find(({ name }) => name === figure.name)?.value ?? [])),
	}));
}

function failureOf(error: unknown): NonNullable<Entry['failure']> {
	const message = error instanceof Error ? error.message : String(error);
	if (error instanceof TimeIsUp) return { kind: 'time', message };
	if (error instanceof Diverged) return { kind: 'diverged', message };
	if (error instanceof NotThere) return { kind: 'not-there', message };
	return { kind: 'error', message };
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new TimeIsUp(`${what} was not done within ${ms / 1000} s.`)), ms);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
		work.catch(() => undefined); // what is stopped rejects later, and has been reported
	}
}
