import { before, quiet } from '../counting-proxy.ts';
import { sameState } from '../stage.ts';
import type { Workload } from './workload.ts';

const rows = 10_000;

/** What a row costs on the wire where many come at once. */
export const downloadBytes: Workload = {
	name: 'download-bytes',
	title: 'Bytes of a first download',
	how: `a new client of ${rows.toLocaleString('en')} rows of ten fields; TCP payload through a counting proxy, answers and framing included; ours: where others downloaded before, so that there is a snapshot`,
	who: 'all',
	withinMs: 120_000,
	async run(stage) {
		const { address, writer } = await stage.filled(rows);
		await writer.do('ready', { address, rows }, 60_000);
		const through = await before(address);
		try {
			const reader = await stage.actor();
			await reader.do('connect', { address: through.address, rows }, 60_000);
			await quiet(through.proxy);
			const { down, up } = through.proxy.take();
			await sameState([writer, reader]);
			return [
				{ name: 'row', value: down / rows, unit: 'B' },
				{ name: 'asked for', value: up / rows, unit: 'B' },
			];
		} finally {
			through.proxy.close();
		}
	},
};
