import type { TopicData } from '@mana/schema';
import type { CalendarPart } from './content.ts';

/** What an event is, line by line, the same in every language: its words are the inviter's own. */
export function eventLines({ title, when, place, notes }: TopicData<'event-invited'>): string[] {
	return [title, when, ...lines(place), ...lines(notes)];
}

/** Lines of words that somebody wrote, without those that are empty. */
export function lines(text: string): string[] {
	return text.split('\n').filter((line) => line.trim() !== '');
}

/** What calendar programs read, and who hears the answer. */
export function calendarPart({
	inviter,
	replyTo,
	calendar,
}: Pick<TopicData<'event-invited'>, 'inviter' | 'replyTo' | 'calendar'>): CalendarPart {
	return { text: calendar, replyTo: { address: replyTo, name: inviter } };
}
