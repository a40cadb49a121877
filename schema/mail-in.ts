import type { ServiceName } from './services.ts';

/** A kind of address at which this Mana takes mail. */
export interface MailKind {
	/** The service that deals with what comes there. mana-notify hands it over at `/v1/mails`. */
	readonly taker: ServiceName;
	/** `person`: each person may have one, and sees, renews and ends it; `thing`: the taker has them made, one for each thing it names. */
	readonly of: 'person' | 'thing';
	/** Whether its taker wants the files of a mail, too. */
	readonly files: boolean;
}

/** Every kind of mail that comes in. A new one is one row here, one route of its taker (`kit/service/mail-in`) and, for people, its words in the settings. */
export const mailKinds = {
	/** Becomes a task in somebody's inbox. */
	task: { taker: 'todo-server', of: 'person', files: true },
	/** Invites somebody, who gives this address to whoever invites. */
	invitation: { taker: 'calendar-server', of: 'person', files: false },
	/** What one guest says to one invitation. */
	answer: { taker: 'calendar-server', of: 'thing', files: false },
} as const satisfies Readonly<Record<string, MailKind>>;

export type MailKindName = keyof typeof mailKinds;
export const mailKindNames = Object.keys(mailKinds) as [MailKindName, ...MailKindName[]];

/** The kinds of which people have an address of their own. */
export const ownMailKinds = mailKindNames.filter((name) => mailKinds[name].of === 'person');
