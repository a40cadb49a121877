import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { ChannelName } from './channels/channel.ts';

/** Counts how attempts ended. @returns what to call at each */
export function countEndings(registry: Registry): (channel: ChannelName, ending: string) => void {
	const endings = new Counter({
		name: 'notify_deliveries_total',
		help: 'Attempts to deliver by channel and how each ended.',
		labelNames: ['channel', 'ending'],
		registers: [registry],
	});
	return (channel, ending) => endings.inc({ channel, ending });
}
