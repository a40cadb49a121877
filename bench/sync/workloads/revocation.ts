import type { Revocation } from '../peers/mana/revocation.ts';
import { median } from '../latency.ts';
import type { Workload } from './workload.ts';

const rounds = 10;

/** From a person's removal until no byte goes out and the clients are wiped. */
export const revocation: Workload = {
	name: 'revocation',
	title: 'Revocation',
	how: `a member is removed while another writes every 2 ms; ${rounds} rounds, the worst of them; from the request until the last DELTA to the removed device, and until its full client neither shows nor stores anything of the space`,
	who: 'ours',
	withinMs: 60_000,
	async run(stage) {
		const { address } = await stage.serve();
		const clients = await stage.actor();
		const taken = await clients.do<Revocation[]>('own', { name: 'revocation', given: { address, rounds } });
		const [last, wiped] = [taken.map(({ lastByteMs }) => lastByteMs), taken.map(({ wipedMs }) => wipedMs)];
		return [
			{ name: 'last byte', value: Math.max(...last), unit: 'ms' },
			{ name: 'wiped', value: Math.max(...wiped), unit: 'ms' },
			{ name: 'wiped p50', value: median(wiped), unit: 'ms' },
		];
	},
};
