import type { MessageAct, TopicData, TopicName } from '@mana/schema';

/** What a message says, before any channel gives it a form. Plain text throughout: whoever makes HTML of it escapes it. */
export interface Content {
	readonly subject: string;
	readonly paragraphs: readonly string[];
	/** What one can do about it. */
	readonly action?: { readonly label: string; readonly link: string };
	/** Small print. */
	readonly note?: string;
	/** What only a mail carries: a message that calendar programs read (RFC 6047), and who gets what is answered to it. */
	readonly calendar?: CalendarPart;
	/** What can be done about it without opening it, where it is shown with buttons. */
	readonly acts?: readonly ContentAct[];
}

export interface CalendarPart {
	/** iCalendar with its METHOD. */
	readonly text: string;
	/** The address in `Reply-To`, and the name before it. */
	readonly replyTo: { readonly address: string; readonly name: string };
}

/** A button. */
export interface ContentAct {
	readonly act: MessageAct;
	readonly label: string;
}

/** How values are spoken in the reader's language and time zone. */
export interface Speech {
	/** A day with its time, as `Thursday, 26 November 2026 at 18:30 CET`. @param at in milliseconds since 1970 */
	when(at: number): string;
	/** A day without a time, as `Thursday, 26 November 2026`. @param at noon of it in UTC, in milliseconds since 1970 */
	day(at: number): string;
	/** Where this Mana is, as its people know it: `mana.example`. */
	readonly host: string;
}

/** The words of one language: an entry for each topic, or it does not compile. */
export type Words = { readonly [Name in TopicName]: (data: TopicData<Name>, speech: Speech) => Content };

/** What a language says around messages, whatever they are about. */
export interface FrameWords {
	/** On the buttons of a push. */
	readonly acts: Readonly<Record<MessageAct, string>>;
	/** Over several that come together. */
	subject(count: number, host: string): string;
	/** On the button that leads to all of them. */
	readonly open: string;
	/** Before the link that stops mails of one kind. */
	readonly stop: string;
}
