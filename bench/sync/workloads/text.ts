import type { Typing } from '../peers/mana/typing.ts';
import { before, quiet } from '../counting-proxy.ts';
import type { Figure } from '../figure.ts';
import type { Workload } from './workload.ts';

/** How characters come: as people type them and editors write that, each on its own, and many that were typed offline. */
const ways = [
	{ name: 'typed', count: 200, everyMs: 120, gather: true },
	{ name: 'one at a time', count: 200, everyMs: 40, gather: false },
	{ name: 'in a batch', count: 200, everyMs: 0, gather: false },
] as const;

/** What a typed character costs on the wire, beside what Yjs itself says of it. */
export const text: Workload = {
	name: 'text',
	title: 'Bytes of a typed character',
	how: `${ways.map(({ name, count, everyMs }) => `${name}: ${count} characters${everyMs ? `, ${everyMs} ms apart` : ''}`).join('; ')}, appended to a document; TCP payload towards the server through a counting proxy, framing included; envelope: what is more than the updates of Yjs, one a character`,
	who: 'ours',
	withinMs: 90_000,
	async run(stage) {
		const { address } = await stage.serve();
		const through = await before(address);
		try {
			const writer = await stage.actor();
			const papers = await writer.do<Typing['paper'][]>('own', {
				name: 'openPapers',
				given: { address: through.address, count: ways.length },
			});
			const figures: Figure[] = [];
			for (const [i, { name, ...way }] of ways.entries()) {
				await quiet(through.proxy);
				through.proxy.take();
				const yjs = await writer.do<number>('own', { name: 'type', given: { paper: papers[i], ...way } });
				await quiet(through.proxy);
				const { up } = through.proxy.take();
				figures.push({ name: `envelope, ${name}`, value: (up - yjs) / way.count, unit: 'B' });
				figures.push({ name: `of Yjs, ${name}`, value: yjs / way.count, unit: 'B' });
			}
			await writer.do('own', { name: 'closePapers' });
			return figures;
		} finally {
			through.proxy.close();
		}
	},
};
