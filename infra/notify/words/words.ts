import { actsOf, type TopicData, type TopicName } from '@mana/schema';
import { clockTag, type Hours } from '@mana/time';
import type { Content, FrameWords, Speech, Words } from './content.ts';
import { de, deFrame } from './de.ts';
import { en, enFrame } from './en.ts';

/** Every language that messages are written in, by its tag. The first one is for everybody else. */
export const languages: Readonly<Record<string, Words>> = { en, de };
const frames: Readonly<Record<string, FrameWords>> = { en: enFrame, de: deFrame };
const fallback = 'en';

/** The language of ours that is nearest to what somebody reads: `de-AT` reads `de`, `ja` reads English. */
export function languageFor(tag: string | null): string {
	const primary = tag?.split('-')[0]?.toLowerCase() ?? fallback;
	return primary in languages ? primary : fallback;
}

export interface Reader {
	/** BCP 47 tag. */
	readonly language: string | null;
	/** Whose way of writing dates is used, ISO 3166-1; empty: the language's own. */
	readonly region: string;
	/** The clock that they read; `region`: as their region does. */
	readonly hours: Hours;
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
	reader: Reader,
	publicUrl: string,
): Content {
	const ours = languageFor(reader.language);
	const said = languages[ours]![topic](data, {
		host: new URL(publicUrl).host,
		when: (at) => spoken(at, reader),
		day: (at) => spokenDay(at, reader),
	} satisfies Speech);
	const acts = actsOf(topic).map((act) => ({ act, label: frames[ours]!.acts[act] }));
	const content = acts.length === 0 ? said : { ...said, acts };
	return content.action === undefined
		? content
		: { ...content, action: { ...content.action, link: new URL(content.action.link, publicUrl).href } };
}

/** Several messages as one: a line for each, in the order in which they came. One alone stays itself. */
export function together(contents: readonly [Content, ...Content[]], language: string, publicUrl: string): Content {
	const [first, ...others] = contents;
	if (others.length === 0) return first;
	const words = frames[languageFor(language)]!;
	return {
		subject: words.subject(contents.length, new URL(publicUrl).host),
		paragraphs: contents.map(({ subject, paragraphs }) => `${subject}: ${paragraphs.join(' ')}`),
		action: { label: words.open, link: new URL('/notifications', publicUrl).href },
	};
}

/** What stands before the link that stops mails of one kind. */
export function stopLabel(language: string): string {
	return frames[languageFor(language)]!.stop;
}

/** In the reader's own variety of the language and on their clock; with the zone's name, for a mail is read anywhere. */
function spoken(at: number, reader: Reader): string {
	return new Intl.DateTimeFormat(clockTag(tagOf(reader), reader.hours), {
		...wholeDay,
		hour: 'numeric',
		minute: '2-digit',
		timeZoneName: 'short',
		timeZone: reader.zone ?? 'UTC',
	}).format(at);
}

/** Which is the same one in every zone. */
function spokenDay(at: number, reader: Reader): string {
	return new Intl.DateTimeFormat(tagOf(reader), { ...wholeDay, timeZone: 'UTC' }).format(at);
}

const wholeDay = { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' } as const;

function tagOf({ language, region }: Reader): string {
	const ours = languageFor(language);
	const own = language !== null && ours === language.split('-')[0]?.toLowerCase() ? language : ours;
	return [region === '' ? own : `${ours}-${region}`, own].find(isTag) ?? ours;
}

/** People's devices write these, and whatever they wrote must not keep a message from leaving. */
function isTag(tag: string): boolean {
	try {
		return new Intl.Locale(tag).language !== '';
	} catch (error) {
		if (error instanceof RangeError) return false;
		throw error;
	}
}
