import type { TopicData, TopicName } from '@mana/schema';
import type { Content, Speech, Words } from './content.ts';
import { de } from './de.ts';
import { en } from './en.ts';

/** Every language that messages are written in, by its tag. The first one is for everybody else. */
export const languages: Readonly<Record<string, Words>> = { en, de };
const fallback = 'en';

/** The language of ours that is nearest to what somebody reads: `de-AT` reads `de`, `ja` reads English. */
export function languageFor(tag: string | null): string {
	const primary = tag?.split('-')[0]?.toLowerCase() ?? fallback;
	return primary in languages ? primary : fallback;
}

export interface Reader {
	/** BCP 47 tag. */
	readonly language: string | null;
	/** IANA name, as `Europe/Berlin`; `null` where nobody said. */
	readonly zone: string | null;
}

/**
 * What a message says to its reader.
 *
 * @param publicUrl where people open this Mana: what a path leads to
 */
export function contentOf<Name extends TopicName>(
	topic: Name,
	data: TopicData<Name>,
	{ language, zone }: Reader,
	publicUrl: string,
): Content {
	const words = languages[languageFor(language)]!;
	const content = words[topic](data, {
		host: new URL(publicUrl).host,
		when: (at) => spoken(at, language, zone),
	} satisfies Speech);
	return content.action === undefined
		? content
		: { ...content, action: { ...content.action, link: new URL(content.action.link, publicUrl).href } };
}

/** In the reader's own variety of the language; with the zone's name, for a mail is read anywhere. */
function spoken(at: number, language: string | null, zone: string | null): string {
	const tag = language !== null && languageFor(language) === language.split('-')[0]?.toLowerCase() ? language : fallback;
	return new Intl.DateTimeFormat(tag, {
		weekday: 'long',
		year: 'numeric',
		month: 'long',
		day: 'numeric',
		hour: 'numeric',
		minute: '2-digit',
		timeZoneName: 'short',
		timeZone: zone ?? 'UTC',
	}).format(at);
}
