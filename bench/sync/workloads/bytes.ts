import { before, type CountingProxy, quiet } from '../counting-proxy.ts';
import { sameState } from '../stage.ts';
import type { Arrival, Paced } from './latency.ts';
import type { Figure } from '../figure.ts';
import type { Workload } from './workload.ts';

const rows = 1_000;
const singles = 20;
const batch = 1_000;

/** What an edit and a row cost on the wire, counted in TCP payload between client and server. */
export const bytes: Workload = {
	name: 'bytes',
	title: 'Bytes on the wire',
	how: `${singles} single-field writes 50 ms apart and ${batch} at once, sent by A and received by B; a new client of ${rows} rows; TCP payload through a counting proxy, answers and framing included`,
	who: 'all',
	withinMs: 60_000,
	async run(stage) {
		const { address } = await stage.serve();
		const [a, b] = [await before(address), await before(address)];
		const [ofA, ofB] = [a.proxy, b.proxy];
		try {
			const writer = await stage.actor();
			await writer.do('connect', { address: a.address });
			await writer.do('fill', { count: rows });
			const reader = await stage.actor();
			await quiet(ofA, ofB);
			await reader.do('connect', { address: b.address, rows });
			await quiet(ofA, ofB);
			const first = ofB.take();
			const figures: Figure[] = [];
			await reader.do('watch');
			ofA.take();
			await writer.do<Paced>('pace', { count: singles, everyMs: 50, turn: 1 });
			await reader.do<Arrival[]>('arrived', { count: singles });
			await quiet(ofA, ofB);
			figures.push(...perOp('one op', ofA, ofB, singles));
			await writer.do('burst', { count: batch, turn: 2 });
			await reader.do<Arrival[]>('arrived', { count: batch });
			await quiet(ofA, ofB);
			const inBatch = perOp('op in a batch', ofA, ofB, batch);
			await sameState([writer, reader]);
			return [inBatch[0]!, inBatch[1]!, ...figures, { name: 'row', value: first.down / rows, unit: 'B' }];
		} finally {
			ofA.close();
			ofB.close();
		}
	},
};

function perOp(name: string, ofA: CountingProxy, ofB: CountingProxy, count: number): Figure[] {
	return [
		{ name, value: ofA.take().up / count, unit: 'B' },
		{ name: `${name}, to B`, value: ofB.take().down / count, unit: 'B' },
	];
}
