import { type Component, dateTimeLine, line, lineOf, parameterOf } from '../ical/index.ts';
import { instancesOf } from '../ical/instances.ts';
import { type Span, spans } from './time-range.ts';

/** A while that is taken. */
export interface BusyTime extends Span {
	/** FBTYPE (RFC 5545 §3.2.9). */
	readonly kind: 'BUSY' | 'BUSY-TENTATIVE' | 'BUSY-UNAVAILABLE';
}

/**
 * The whiles that the events of a calendar object take (RFC 4791 §7.10): neither what is cancelled, nor what shows as free.
 *
 * @param who address of somebody whose time it is: nothing is taken by what they declined, and not for sure by what they may come to
 */
export function busyTimes(calendar: Component, span: Span, zone: string, who: string | null = null): BusyTime[] {
	const found: BusyTime[] = [];
	for (const { component, from, to } of instancesOf(calendar, 'VEVENT', span, zone)) {
		const status = lineOf(component, 'STATUS')?.value.trim().toUpperCase();
		const free = lineOf(component, 'TRANSP')?.value.trim().toUpperCase() === 'TRANSPARENT';
		const answer = who === null ? undefined : answerOf(component, who);
		if (free || status === 'CANCELLED' || answer === 'DECLINED' || to <= from || !spans(from, to, span)) continue;
		found.push({
			from: Math.max(from, span.from),
			to: Math.min(to, span.to),
			kind: status === 'TENTATIVE' || answer === 'TENTATIVE' ? 'BUSY-TENTATIVE' : 'BUSY',
		});
	}
	return found;
}

/** What somebody answered (PARTSTAT); `undefined` of who is not invited. */
function answerOf({ lines }: Component, who: string): string | undefined {
	const address = `mailto:${who.toLowerCase()}`;
	const guest = lines.find(({ name, value }) => name === 'ATTENDEE' && value.trim().toLowerCase() === address);
	return guest && parameterOf(guest, 'PARTSTAT')?.toUpperCase();
}

/** A free-busy answer with whiles that touch put together, kind by kind. @param more lines that say whose it is */
export function freeBusy(times: readonly BusyTime[], span: Span, now: number, more: Component['lines'] = []): Component {
	const kinds = ['BUSY', 'BUSY-TENTATIVE', 'BUSY-UNAVAILABLE'] as const;
	const lines = kinds.flatMap((kind) => {
		const periods = joined(times.filter((one) => one.kind === kind));
		if (periods.length === 0) return [];
		const value = periods.map(({ from, to }) => `${utc(from)}/${utc(to)}`).join(',');
		return [line('FREEBUSY', value, ...(kind === 'BUSY' ? [] : [{ name: 'FBTYPE', values: [kind] }]))];
	});
	const head = [dateTimeLine('DTSTAMP', now), dateTimeLine('DTSTART', span.from), dateTimeLine('DTEND', span.to)];
	return { name: 'VFREEBUSY', lines: [...more, ...head, ...lines], components: [] };
}

function joined(times: readonly Span[]): Span[] {
	const whole: { from: number; to: number }[] = [];
	for (const { from, to } of times.toSorted((a, b) => a.from - b.from)) {
		const last = whole.at(-1);
		if (last && from <= last.to) last.to = Math.max(last.to, to);
		else whole.push({ from, to });
	}
	return whole;
}

function utc(instant: number): string {
	return dateTimeLine('', instant).value;
}
