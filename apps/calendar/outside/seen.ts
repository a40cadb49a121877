import type { BookingSettings } from '../booking/settings.ts';
import type { Guest } from '../model.ts';

/** What somebody who was invited by mail sees behind their link. Instants are ms since 1970. */
export interface Invitation {
	readonly state: 'open' | 'over' | 'cancelled';
	readonly inviter: string;
	readonly address: string;
	readonly title: string;
	readonly place: string;
	readonly notes: string;
	readonly from: number;
	readonly to: number;
	readonly wholeDay: boolean;
	/** On whose clocks it is (IANA); `null`: everybody's own. */
	readonly zone: string | null;
	readonly repeat: string | null;
	readonly answer: Guest['answer'];
	readonly comment: string;
}

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
