import type { Draft } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { type Event, type Guest, guests } from '../model.ts';
import { isMeeting } from '../meeting.ts';
import { isDay } from '../moments.ts';
import { guestsOn, sayOfDay } from '../one-day.server.ts';
import type { Invitation } from '../outside/seen.ts';
import type { Whole } from '../whole.server.ts';
import { type AnswerParts, checkDay, daysOf, linked, ofGuest, openLink, unknownLink } from './link.server.ts';
import { isOver } from './mails.server.ts';
import { shareOf } from './message.server.ts';
import { spanOf } from './when.server.ts';
import { asker, wishOf } from './wish.server.ts';

/** What guests can say. */
export const answerWords = ['accepted', 'tentative', 'declined'] as const;
export type Said = { readonly answer: (typeof answerWords)[number]; readonly comment: string };

/** What a link of a mail leads to. @throws Problem 404 `invitation-unknown` */
export async function invitationAt(parts: AnswerParts, token: string): Promise<Invitation> {
	const { clock, zone } = parts;
	const link = await linked(parts, token);
	const { row, whole } = link;
	const share = shareOf(whole, row.address, 0);
	const shown = share === null || share.guests.length > 0 ? whole.event : share.occurrences[0]!.event;
	const wholeDay = shown.start !== null && isDay(shown.start);
	const span = spanOf(shown, wholeDay ? 'UTC' : zone);
	if (span === null) throw unknownLink();
	const guest = rowsOf(whole, row.address)[0];
	return {
		...span,
		state: share === null ? 'cancelled' : isOver(whole, clock.now(), zone) ? 'over' : 'open',
		inviter: (await parts.users.byId(row.person))?.name ?? '',
		address: row.address,
		title: shown.title,
		place: shown.place,
		meeting: isMeeting(shown.meeting) ? shown.meeting : '',
		notes: shown.notes,
		wholeDay,
		zone: shown.zone,
		repeat: shown.repeat,
		answer: guest?.answer ?? 'none',
		comment: guest?.comment ?? '',
		days: share === null ? [] : daysOf(parts, link),
		proposes: row.role === 'guest' && asker(whole, row.address) !== undefined,
		proposal: wishOf(whole, row.address, zone),
	};
}

/**
 * Writes what somebody answers by their link.
 *
 * @param said of all of it, or of one of the days that the link shows
 * @throws Problem 404 `invitation-unknown`, 409 `invitation-ended`
 */
export async function answerAt(
	parts: AnswerParts,
	token: string,
	said: Said & { readonly occurrence: string | null },
): Promise<void> {
	const link = await openLink(parts, token);
	const { row, whole } = link;
	const { occurrence, ...words } = said;
	if (occurrence !== null) checkDay(parts, link, occurrence);
	const rows = occurrence === null ? rowsOf(whole, row.address) : ofGuest(guestsOn(whole, occurrence), row.address);
	const news = rows.filter((one) => one.answer !== words.answer || one.comment !== words.comment);
	await writeAnswers(
		parts,
		whole,
		news.map((guest) => ({ guest, occurrence, said: words })),
	);
}

/** Every place in which somebody is invited to something of an event. */
function rowsOf({ guests: all, occurrences }: Whole, address: string): Guest[] {
	const live = ({ deletedAt }: Pick<Event, 'deletedAt'>) => deletedAt === null;
	return [...all, ...occurrences.filter((one) => live(one.event)).flatMap((one) => one.guests)].filter(
		(one) => live(one) && one.address.toLowerCase() === address,
	);
}

/** Writes what guests answer for all of an event, or for one of its occurrences each. */
export async function writeAnswers(
	{ records, writer, clock }: Pick<AnswerParts, 'records' | 'writer' | 'clock'>,
	whole: Whole,
	all: readonly { readonly guest: Guest; readonly occurrence: string | null; readonly said: Said }[],
): Promise<void> {
	if (all.length === 0) return;
	const answeredAt = clock.now();
	const days = Map.groupBy(all, ({ occurrence }) => occurrence);
	await records.transaction().execute((within) =>
		writer.write(within, whole.space, (tx) => {
			for (const [occurrence, voices] of days) {
				if (occurrence === null) for (const { guest, said } of voices) tx.update(guests, guest.id, { ...said, answeredAt });
				else {
					const said = voices.map(({ guest, said: words }) => [guest.address.toLowerCase(), { ...words, answeredAt }] as const);
					sayOfDay(tx, whole, occurrence, new Map(said));
				}
			}
		}),
	);
	writer.wake();
}

/** Writes fields of guests as one action. */
export async function writeGuests(
	{ records, writer }: Pick<AnswerParts, 'records' | 'writer'>,
	space: SpaceId,
	all: readonly { readonly guest: Guest; readonly draft: Draft<typeof guests> }[],
): Promise<void> {
	if (all.length === 0) return;
	await records.transaction().execute((within) =>
		writer.write(within, space, (tx) => {
			for (const { guest, draft } of all) tx.update(guests, guest.id, draft);
		}),
	);
	writer.wake();
}
