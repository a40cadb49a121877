import { readFileSync } from 'node:fs';
import { NotThere } from '../stage.ts';
import type { Workload } from './workload.ts';

/** Files that server and clients need besides sockets. */
const spare = 500;
const most = 60_000;

/** As many idle subscribers as this machine lets one process have. */
export const connections: Workload = {
	name: 'connections',
	title: 'Idle connections of one server process',
	how: 'sockets that have said HELLO and SUB, as many as the limit on open files allows; then one write to all of them',
	who: 'ours',
	withinMs: 240_000,
	async run(stage) {
		const limit = openFiles();
		const count = Math.min(most, limit - spare);
		if (!Number.isFinite(count) || count < 100) throw new NotThere(`Only ${limit} files may be open here.`);
		const { server, address, writer } = await stage.filled(10);
		const before = await server.do<{ rssMb: number }>('memory');
		const crowd = await stage.actor();
		const took = await crowd.do<number[]>('connect', { address, count, rows: 10, atOnce: 200, light: true }, 200_000);
		const after = await server.do<{ rssMb: number }>('memory');
		const began = await writer.do<number>('rewrite', { rows: 1, turn: 1 });
		const told = (await crowd.do<number>('follows', { row: 0, turn: 1 })) - began;
		return [
			{ name: 'open', value: count, unit: 'sockets' },
			{ name: 'server', value: after.rssMb, unit: 'MB' },
			{ name: 'a socket', value: ((after.rssMb - before.rssMb) * 2 ** 20) / count, unit: 'B' },
			{ name: 'opened a second', value: count / (Math.max(...took) / 1000), unit: 'ops/s' },
			{ name: 'one write to all', value: told, unit: 'ms' },
		];
	},
};

/** How many files a process of ours may have open. */
function openFiles(): number {
	return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}
