import type { Event } from '../model.ts';
import { whenOf } from './when.server.ts';

/** What a mail calls an event, and when it says that it is. @param zone in which times are that name none */
export function wordsOf(event: Event, language: string, zone: string): readonly [title: string, when: string] {
	return [printed(event.title, 500).replaceAll('\n', ' ').trim() || '-', whenOf(event, language, zone)];
}

/** Words that somebody wrote, without what no mail can carry. */
export function printed(text: string, most: number): string {
	return text
		.replaceAll(/\r\n?/g, '\n')
		.replaceAll(/[^\P{Cc}\n]/gu, ' ')
		.slice(0, most)
		.toWellFormed();
}
