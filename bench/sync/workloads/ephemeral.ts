import { distribution, openLoop } from '../latency.ts';
import type { Said } from '../peers/mana/meeting.ts';
import type { Workload } from './workload.ts';

const warmUp: Said = { first: 0, count: 30, everyMs: 100 };
const said: Said = { first: 30, count: 200, everyMs: 100 };

/** Messages that are passed on and never kept. */
export const ephemeral: Workload = {
	name: 'ephemeral',
	title: 'Ephemeral relay, A to B',
	how: `open loop, one value of presence every ${said.everyMs} ms (more than 50 ms apart, so that none waits to be told with others), ${said.count} of them; nothing is committed`,
	who: 'ours',
	floor: 'echo',
	withinMs: 60_000,
	async run(stage) {
		const { address } = await stage.serve();
		const [speaker, listener] = [await stage.actor(), await stage.actor()];
		const own = <T>(actor: typeof speaker, name: string, given: object = {}) => actor.do<T>('own', { name, given });
		for (const actor of [speaker, listener]) {
			await actor.do('connect', { address });
			await own(actor, 'meet');
		}
		for (const actor of [speaker, listener]) await own(actor, 'met', { others: 1 });
		await own(speaker, 'say', warmUp);
		await own(listener, 'heard', warmUp);
		const meant = await own<number[]>(speaker, 'say', said);
		const heard = await own<(number | null)[]>(listener, 'heard', said);
		return distribution(openLoop(meant, heard.map((at) => at ?? undefined))); // prettier-ignore
	},
};
