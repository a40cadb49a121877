import { type CountingProxy, startProxy } from '../counting-proxy.ts';
import { type Address, sameState } from '../stage.ts';
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
		const proxies = [await startProxy(portOf(address)), await startProxy(portOf(address))] as const;
		try {
			const [ofA, ofB] = proxies;
			const writer = await stage.actor();
			await writer.do('connect', { address: through(address, ofA) });
			await writer.do('fill', { count: rows });
			const reader = await stage.actor();
			await quiet(proxies);
			await reader.do('connect', { address: through(address, ofB), rows });
			await quiet(proxies);
			const first = ofB.take();
			const figures: Figure[] = [];
			await reader.do('watch');
			ofA.take();
			await writer.do<Paced>('pace', { count: singles, everyMs: 50, turn: 1 });
			await reader.do<Arrival[]>('arrived', { count: singles });
			await quiet(proxies);
			figures.push(...perOp('one op', ofA, ofB, singles));
			await writer.do('burst', { count: batch, turn: 2 });
			await reader.do<Arrival[]>('arrived', { count: batch });
			await quiet(proxies);
			const inBatch = perOp('op in a batch', ofA, ofB, batch);
			await sameState([writer, reader]);
			return [inBatch[0]!, inBatch[1]!, ...figures, { name: 'row', value: first.down / rows, unit: 'B' }];
		} finally {
			for (const proxy of proxies) proxy.close();
		}
	},
};

function perOp(name: string, ofA: CountingProxy, ofB: CountingProxy, count: number): Figure[] {
	return [
		{ name, value: ofA.take().up / count, unit: 'B' },
		{ name: `${name}, to B`, value: ofB.take().down / count, unit: 'B' },
	];
}

const portOf = ({ url }: Address): number => Number(new URL(url).port);

function through(address: Address, proxy: CountingProxy): Address {
	return { ...address, url: address.url.replace(`:${portOf(address)}`, `:${proxy.port}`) };
}

/** Waits until nothing has passed for a while. */
async function quiet(proxies: readonly CountingProxy[]): Promise<void> {
	while (proxies.some(({ lastAt }) => performance.now() - lastAt < 400)) await Bun.sleep(50);
}
