import type { BookingSettings } from '../booking/settings.ts';
import type { Guest } from '../model.ts';
import type { Time } from '../proposals.ts';

/** What somebody who was invited by mail sees behind their link. Instants are ms since 1970; of whole days, midnights of UTC. */
export interface Invitation {
	readonly state: 'open' | 'over' | 'cancelled';
	readonly inviter: string;
	readonly address: string;
	readonly title: string;
	readonly place: string;
	/** Address of its meeting; empty: none. */
	readonly meeting: string;
	readonly notes: string;
	readonly from: number;
	readonly to: number;
	readonly wholeDay: boolean;
	/** On whose clocks it is (IANA); `null`: everybody's own. */
	readonly zone: string | null;
	readonly repeat: string | null;
	readonly answer: Guest['answer'];
	readonly comment: string;
	/** What comes next of a series: each can be answered for by itself. */
	readonly days: readonly {
		readonly occurrence: string;
		readonly from: number;
		readonly to: number;
		readonly answer: Guest['answer'];
	}[];
	/** Whether another time can be asked for; of a series, of one of its days. */
	readonly proposes: boolean;
	/** The time that they asked for; `null`: none, or what they spoke of was moved since. */
	readonly proposal: {
		readonly from: number;
		readonly to: number;
		readonly wholeDay: boolean;
		readonly zone: string | null;
		/** The day of a series that it is about. */
		readonly occurrence: string | null;
		/** Whether whoever invites has said no to it. */
		readonly refused: boolean;
	} | null;
}

/** Another time that somebody asks for, as the model keeps it. */
export type WishedTime = Time & { readonly start: string };

/** What anybody sees of a page on which somebody can be booked. */
export interface BookingPage extends Pick<
	BookingSettings,
	'title' | 'text' | 'place' | 'lengths' | 'questions' | 'zone' | 'horizon'
> {
	readonly state: 'open' | 'off' | 'over';
	/** Name of whoever can be booked. */
	readonly person: string;
}

/** What whoever booked sees behind their link. */
export interface Booking {
	readonly state: 'booked' | 'off' | 'over';
	readonly from: number;
	readonly to: number;
	readonly title: string;
	readonly person: string;
	readonly place: string;
	/** Minutes. */
	readonly length: number;
	/** Name of the page on which it can be moved; `null`: none. */
	readonly page: string | null;
	readonly horizon: number;
}

/** What is done with a message about an event: an answer or a proposal entered, an invitation sent once more, an event called off, or left as it was. */
export const deeds = ['answered', 'proposed', 'told-again', 'cancelled', 'kept'] as const;

/** What was done with a message that came by mail, and with which event. */
export interface ReceivedMessage {
	readonly did: (typeof deeds)[number];
	/** Where the event is; `null`: in one's own space. */
	readonly space: string | null;
	readonly event: string;
	readonly title: string;
	/** Who wrote it, by name or address. */
	readonly who: string;
}
