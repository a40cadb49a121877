import { fold, foldedBy } from '@mana/model';
import type { Event } from './model.ts';

/** What words are looked for in: title, place, notes and names of files, without accents and case. */
export const foldedTextOf = foldedBy<Event>(({ title, place, notes, files }) => [
	title,
	place,
	notes,
	...files.map(({ file }) => file.name),
]);

/** Events whose texts are got ready between two breaths. */
const AT_ONCE = 64;

/** Gets ready, step by step, what is looked through: who types the first letter waits for nothing then. */
export function* readAhead(events: readonly Event[]): Generator<void, void> {
	for (const [at, event] of events.entries()) {
		foldedTextOf(event);
		if (at % AT_ONCE === AT_ONCE - 1) yield;
	}
}

/** Events whose title, place, notes or names of files contain every word, whatever the accents and the case; nothing of the trash. */
export function matching(query: string): (event: Event) => boolean {
	const words = fold(query).split(/\s+/).filter(Boolean);
	return (event) => {
		if (event.deletedAt !== null || event.start === null || words.length === 0) return false;
		return words.every((word) => foldedTextOf(event).includes(word));
	};
}

/** What comes, soonest first, and then what was, latest first. @param now as `start` is written */
export function byNearness(a: Event, b: Event, now: string): number {
	const [past, other] = [isPast(a, now), isPast(b, now)];
	if (past !== other) return Number(past) - Number(other);
	const [first, second] = [a.start ?? '', b.start ?? ''];
	return (first < second ? -1 : first > second ? 1 : 0) * (past ? -1 : 1);
}

/** What comes again is never past: its next time may be ahead. */
function isPast({ start, repeat }: Event, now: string): boolean {
	return repeat === null && (start ?? '') < now;
}
