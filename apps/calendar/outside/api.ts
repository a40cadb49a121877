import { m } from '@mana/ui/i18n';
import { ask, auth, AuthProblem } from '@mana/ui/session/auth';
import { problemWords } from '@mana/ui/session/problem-words';
import type { BookingRequest, BookingSettings } from '../booking/settings.ts';
import type { Booking, BookingPage, Invitation, ReceivedMessage, WishedTime } from './seen.ts';

const door = '/api/calendar-server';

/** A page of the person's own. */
export type OwnPage = BookingSettings & { readonly id: string };

/** What people without an account do at calendar-server, by links that name nothing else. @throws AuthProblem */
export const outside = {
	invitation: (token: string) => ask<Invitation>('GET', invitationAt(token), undefined, { door }),
	answer: (token: string, said: { answer: string; comment: string; occurrence: string | null }) =>
		ask<unknown>('PUT', `${invitationAt(token)}/answer`, said, { door }),
	propose: (token: string, wish: WishedTime & { comment: string; occurrence: string | null }) =>
		ask<unknown>('PUT', `${invitationAt(token)}/proposal`, wish, { door }),
	withdraw: (token: string) => ask<unknown>('DELETE', `${invitationAt(token)}/proposal`, undefined, { door }),
	bookingPage: (name: string) => ask<BookingPage>('GET', pageAt(name), undefined, { door }),
	slots: async (name: string, question: { from: number; to: number; length: string }) =>
		slotsAt(`${pageAt(name)}/slots?from=${question.from}&to=${question.to}&length=${question.length}`),
	book: (name: string, request: BookingRequest) => ask<unknown>('POST', `${pageAt(name)}/bookings`, request, { door }),
	booking: (token: string) => ask<Booking>('GET', bookingAt(token), undefined, { door }),
	slotsFor: (token: string, { from, to }: { from: number; to: number }) =>
		slotsAt(`${bookingAt(token)}/slots?from=${from}&to=${to}`),
	moveBooking: (token: string, from: number) => ask<unknown>('PUT', `${bookingAt(token)}/time`, { from }, { door }),
	endBooking: (token: string) => ask<unknown>('DELETE', bookingAt(token), undefined, { door }),
};

const invitationAt = (token: string): string => `/v1/invitations/${encodeURIComponent(token)}`;
const pageAt = (name: string): string => `/v1/booking-pages/${encodeURIComponent(name)}`;
const bookingAt = (token: string): string => `/v1/bookings/${encodeURIComponent(token)}`;

async function slotsAt(path: string): Promise<readonly number[]> {
	return (await ask<{ slots: readonly number[] }>('GET', path, undefined, { door })).slots;
}

/** What a person does there with their own. @throws AuthProblem */
export const inside = {
	takeMessage: (message: string) => signedIn<ReceivedMessage>('POST', '/v1/messages', { message }),
	pages: () => signedIn<{ pages: readonly OwnPage[] }>('GET', '/v1/own/booking-pages'),
	addPage: (settings: BookingSettings) => signedIn<OwnPage>('POST', '/v1/own/booking-pages', settings),
	changePage: (id: string, settings: BookingSettings) => signedIn<OwnPage>('PUT', `/v1/own/booking-pages/${id}`, settings),
	removePage: (id: string) => signedIn<unknown>('DELETE', `/v1/own/booking-pages/${id}`),
};

async function signedIn<T>(method: string, path: string, body?: object): Promise<T> {
	const { token } = await auth.token();
	return ask<T>(method, path, body, { door, token });
}

const words: Readonly<Record<string, () => string>> = {
	'invitation-unknown': () => m.calendar_problem_invitation_unknown(),
	'invitation-ended': () => m.calendar_problem_invitation_ended(),
	'proposal-over': () => m.calendar_problem_proposal_over(),
	'proposal-same': () => m.calendar_problem_proposal_same(),
	'booking-page-unknown': () => m.calendar_problem_booking_page_unknown(),
	'booking-closed': () => m.calendar_problem_booking_closed(),
	'booking-unknown': () => m.calendar_problem_booking_unknown(),
	'slot-taken': () => m.calendar_problem_slot_taken(),
	'booking-name-taken': () => m.calendar_problem_booking_name_taken(),
	'message-unreadable': () => m.calendar_problem_message_unreadable(),
	'message-unknown': () => m.calendar_problem_message_unknown(),
};

/** What calendar-server's refusals are called in the reader's language. */
export function outsideWords(error: unknown): string {
	const own = error instanceof AuthProblem ? words[error.code] : undefined;
	return own?.() ?? problemWords(error);
}
