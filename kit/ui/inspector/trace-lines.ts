import type { TraceEvent } from '@mana/sync/client/conversation/trace';

export interface TraceLine {
	readonly key: string;
	readonly time: string;
	readonly what: string;
	readonly facts: string;
}

/** Lines that are shown; a bundle has all. */
const MOST = 100;

/** The last events in the protocol's own words, newest first. @param zone IANA name of the person's time zone */
export function traceLines(trace: readonly TraceEvent[], locale: string, zone: string): TraceLine[] {
	const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: zone });
	return trace
		.slice(-MOST)
		.map((event, index) => ({ key: `${event.at} ${index}`, time: clock.format(event.at), ...wordsOf(event) }))
		.toReversed();
}

function wordsOf(event: TraceEvent): Pick<TraceLine, 'what' | 'facts'> {
	switch (event.what) {
		case 'wrote':
			return { what: 'wrote', facts: `n ${event.n} · ops ${event.ops}` };
		case 'sent':
		case 'heard':
			return { what: `${event.what} ${event.frame}`, facts: pairs(event.facts) };
		case 'phase':
			return { what: event.phase, facts: event.code ?? '' };
		case 'opened':
			return { what: 'opened', facts: event.over };
		default:
			return { what: event.what, facts: '' };
	}
}

function pairs(facts: Readonly<Record<string, unknown>>): string {
	return Object.entries(facts)
		.filter(([name]) => name !== 'clockMs' && name !== 'serverMs')
		.map(([name, value]) => `${name} ${String(value)}`)
		.join(' · ');
}
