import { type RecordDb, recordOf, type RecordTables } from '@mana/dav/records/index';
import { isRecordId, type RecordId } from '@mana/model';
import { type Memberships, type Notifier, Problem, type RandomBytes } from '@mana/service';
import type { MailAddresses } from '@mana/service/mail-in';
import { rateLimit } from '@mana/service/rate-limit';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { calendars, type Guest } from '../model.ts';
import { repeats } from '../event-index.ts';
import { occurrencesOf } from '../occurrences.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUser, CalendarUsers } from '../users.server.ts';
import { Waiting, withParts } from '../waiting.server.ts';
import { allGuests, invitedTo, isHosts, type Whole, wholeOf } from '../whole.server.ts';
import { answersOf, askedBy, replyMail, saidBy } from './answered.server.ts';
import { cancelOf, declineOf, fingerprint, requestOf, type Sender, shareOf } from './message.server.ts';
import { spanOf } from './when.server.ts';
import { printed, wordsOf } from './words.server.ts';

export type Invited = CalendarTables['invited'];

export interface MailParts {
	readonly db: Kysely<CalendarTables>;
	/** The same tables as records see them. */
	readonly records: RecordDb;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	memberships(): Memberships;
	readonly users: Pick<CalendarUsers, 'byAddress' | 'byId'>;
	readonly notifier: Pick<Notifier, 'send'>;
	/** Has addresses made at which answers come in. */
	readonly addresses: Pick<MailAddresses, 'addressFor'>;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	/** In which times are that name none. */
	readonly zone: string;
	/** How long nothing may have changed before somebody is written to, so that what is taken back is not told; in ms. */
	readonly quietMs: number;
	/** Told what kept a mail back; it is tried again. */
	failed(error: unknown): void;
}

const AGAIN_MS = 2_000;
/** At most so many mails at once in the name of one person, and one more each minute; to one address, one in ten minutes. */
const [OF_PERSON, TO_ADDRESS] = [
	{ burst: 100, refillMs: 60_000 },
	{ burst: 10, refillMs: 600_000 },
] as const;
const CANCELLED = 'cancelled';
const email = z.email().max(254);

/**
 * Mails about events to people elsewhere, and from here to whoever elsewhere invites (iMIP, RFC 6047). What they were told last is kept;
 * each time an event changes it is compared with what it is now, and what differs is sent once nothing has changed for a while. Doing it twice
 * sends nothing twice. Only those are written to whom somebody invited here: what an import brings has been told by whoever invited.
 */
export class InvitationMails {
	readonly #parts: MailParts;
	readonly #waiting = new Waiting();
	readonly #ofPerson: ReturnType<typeof rateLimit>;
	readonly #toAddress: ReturnType<typeof rateLimit>;
	#running: Promise<void> = Promise.resolve();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closed = false;

	constructor(parts: MailParts) {
		this.#parts = parts;
		const { clock } = parts;
		this.#ofPerson = rateLimit({ ...OF_PERSON, clock });
		this.#toAddress = rateLimit({ ...TO_ADDRESS, clock });
	}

	/** Looks once at everything that somebody is invited to: something may have been left unsaid. */
	async start(): Promise<void> {
		for (const [space, id] of await invitedTo(this.#parts.records)) this.heed(space, [id]);
		this.look();
	}

	/** These events changed, or what belongs to them. */
	heed(space: SpaceId, ids: readonly RecordId[]): void {
		this.#waiting.add(space, ids);
	}

	/** Does what waits, and comes back when the next mail is due. */
	look(): void {
		clearTimeout(this.#timer);
		if (!this.#closed) this.#running = this.#running.then(() => this.#work());
	}

	/** Sends what somebody is invited to once more, as it is now. @returns whether they are somebody whom we write to */
	async tellAgain(space: SpaceId, event: RecordId, address: string): Promise<boolean> {
		const row = (await this.#rowsOf(space, event)).find((one) => one.role !== 'host' && one.address === address.toLowerCase());
		if (!row) return false;
		if (row.said !== '') await this.#set(row, { pending: row.pending ?? row.said, due_at: this.#parts.clock.now() });
		this.look();
		return true;
	}

	/** Resolves once nothing is under way any more. */
	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.#running;
		clearTimeout(this.#timer);
	}

	async #work(): Promise<void> {
		const { db, clock, failed } = this.#parts;
		let next = Infinity;
		try {
			await this.#waiting.work(
				(space, ids) => this.#concerned(space, ids),
				(space, id) => this.#settle(space, id),
				() => !this.#closed,
			);
			for (;;) {
				const row = await db
					.selectFrom('invited')
					.selectAll()
					.where('due_at', 'is not', null)
					.orderBy('due_at')
					.limit(1)
					.executeTakeFirst();
				if (!row || this.#closed) break;
				next = row.due_at!;
				if (next > clock.now()) break;
				await this.#tell(row);
			}
		} catch (error) {
			failed(error);
			next = clock.now() + AGAIN_MS;
		}
		clearTimeout(this.#timer);
		if (!this.#closed && next < Infinity)
			this.#timer = setTimeout(() => this.look(), Math.min(60_000, Math.max(0, next - clock.now())));
	}

	/** Which of these somebody else may have to hear of: what has guests, and what somebody was told of. */
	async #concerned(space: SpaceId, ids: readonly RecordId[]): Promise<RecordId[]> {
		const { db, records } = this.#parts;
		const told = await db.selectFrom('invited').select('event').where('space', '=', space).where('event', 'in', ids).execute();
		const known = new Set([...(await withParts(records, space, ids)), ...told.map(({ event }) => event)]);
		return [...known];
	}

	/** Notes what has to be said about an event that may have changed. */
	async #settle(space: SpaceId, id: RecordId): Promise<void> {
		const whole = await wholeOf(this.#parts.records, space, id);
		const known = await this.#rowsOf(space, whole?.event.id ?? id);
		if (!whole || whole.event.organizer === null) {
			for (const row of known) await this.#note(row, row.role === 'host' ? row.said : CANCELLED);
			return;
		}
		if (!(await this.#isOwn(whole))) return;
		const organizer = whole.event.organizer.toLowerCase();
		const people = await this.#parts.users.byAddress([organizer, ...allGuests(whole).map(({ address }) => address)]);
		const host = people.get(organizer);
		if (!host) return this.#answer(whole, organizer, known);
		if (!isHosts(this.#parts.memberships(), space, host.id)) return;
		const invited = new Set(
			allGuests(whole)
				.filter(({ invited, deletedAt }) => invited !== null && deletedAt === null)
				.map(({ address }) => address.toLowerCase()),
		);
		const done = isOver(whole, this.#parts.clock.now(), this.#parts.zone);
		for (const address of new Set([...invited, ...known.filter(({ role }) => role !== 'host').map((row) => row.address)])) {
			if (people.has(address) || !email.safeParse(address).success) continue;
			const share = shareOf(whole, address, 0);
			const row = known.find((one) => one.address === address);
			if (!row && (!share || done || answeredElsewhere(whole, address))) continue;
			// What is over is not told any more.
			if (done && row) await (share ? this.#note(row, row.said) : this.#forget(row));
			else
				await this.#note(
					row ?? (await this.#begin(whole, address, 'guest', host)),
					share === null ? CANCELLED : fingerprint(share) + refusalOf(whole, address),
				);
		}
	}

	/** A person of this Mana is invited by somebody elsewhere, who hears what they answer. */
	async #answer(whole: Whole, organizer: string, known: readonly Invited[]): Promise<void> {
		const { memberships, users, clock, zone } = this.#parts;
		const me = memberships().personOf(whole.space);
		if (me === undefined) throw new Error('Who is where is not known now.');
		if (me === null || !email.safeParse(organizer).success) return;
		const person = await users.byId(me);
		if (!person) return;
		const row = known.find(({ role }) => role === 'host');
		const answers = answersOf(whole, person);
		const asked = askedBy(whole, answers);
		const wanted =
			whole.event.deletedAt === null ? saidBy(answers) + asked : row && /accepted|tentative/.test(row.said) ? 'gone' : null;
		if (wanted === null || answers.length === 0) return;
		if (row) return this.#note(row, isOver(whole, clock.now(), zone) ? row.said : wanted);
		// What they had answered before it came here, whoever invites knows; what is answered here has its time.
		const here = asked !== '' || answers.some(({ guest }) => guest.answeredAt !== null);
		const fresh = await this.#begin(whole, organizer, 'host', person, here ? saidBy([]) : wanted);
		await this.#note(fresh, wanted);
	}

	/** Whether an event is in a calendar that is kept here, and not shown or kept in step with another place, which answers itself. */
	async #isOwn({ space, event }: Whole): Promise<boolean> {
		if (event.calendar === null || !isRecordId(event.calendar)) return true;
		const row = (await recordOf(this.#parts.records, space, calendars, event.calendar))?.row;
		return row === undefined || row.kind === 'own';
	}

	#rowsOf(space: SpaceId, event: RecordId): Promise<Invited[]> {
		return this.#parts.db.selectFrom('invited').selectAll().where('space', '=', space).where('event', '=', event).execute();
	}

	async #begin(whole: Whole, address: string, role: Invited['role'], person: CalendarUser, said = ''): Promise<Invited> {
		const { db, clock, random } = this.#parts;
		const { space, event } = whole;
		const row = newRow(
			{ space, event: event.id, address, role, person: person.id, language: person.language, said },
			clock.now(),
			random,
		);
		await db
			.insertInto('invited')
			.values(row)
			.onConflict((conflict) => conflict.columns(['space', 'event', 'address']).doNothing())
			.execute();
		// Another copy of this service may have been first.
		return (await this.#rowsOf(space, event.id)).find((one) => one.address === address) ?? row;
	}

	async #forget({ space, event, address }: Invited): Promise<void> {
		await this.#parts.db
			.deleteFrom('invited')
			.where('space', '=', space)
			.where('event', '=', event)
			.where('address', '=', address)
			.execute();
	}

	/** What is to be said from now on: later, once it has stayed so for a while. */
	async #note(row: Invited, wanted: string): Promise<void> {
		const { clock, quietMs } = this.#parts;
		const toldNothing = row.said === '' && wanted === CANCELLED;
		// Of a refusal that was taken back after they heard of it there is nothing to say.
		const known = wanted === row.said || row.said.startsWith(`${wanted} `);
		const pending = known || toldNothing ? null : wanted;
		if (pending === row.pending) return;
		// Whoever books waits for the word that it worked.
		const quiet = row.role === 'visitor' && row.said === '' ? 0 : quietMs;
		await this.#set(row, { pending, due_at: pending === null ? null : clock.now() + quiet });
	}

	async #set({ space, event, address }: Invited, values: Partial<Invited>): Promise<void> {
		await this.#parts.db
			.updateTable('invited')
			.set(values)
			.where('space', '=', space)
			.where('event', '=', event)
			.where('address', '=', address)
			.execute();
	}

	/** Sends one mail whose time has come. */
	async #tell(row: Invited): Promise<void> {
		const { clock } = this.#parts;
		const wait = Math.max(this.#toAddress.take(row.address), this.#ofPerson.take(row.person));
		if (wait > 0) return this.#set(row, { due_at: clock.now() + wait });
		const whole = await wholeOf(this.#parts.records, row.space, row.event);
		const person = await this.#parts.users.byId(row.person);
		if (!person) return this.#set(row, { pending: null, due_at: null });
		const sequence = row.said === '' ? (whole?.event.sequence ?? 0) : Math.max(whole?.event.sequence ?? 0, row.sequence + 1);
		const sent =
			row.role === 'host'
				? replyMail(row, whole, person, this.#parts.zone)
				: this.#invitation(row, whole, await this.#senderTo(row, person), sequence);
		if (sent === null) return this.#set(row, { pending: null, due_at: null });
		try {
			await this.#parts.notifier.send({
				...sent.mail,
				to: { address: row.address, language: row.language },
				key: `${row.token} ${sequence}`,
			});
		} catch (error) {
			// It was sent already, before what was written down of it was lost, and said something else: this is the next one.
			if (!(error instanceof Problem) || error.code !== 'key-taken') throw error;
			return this.#set(row, { sequence: sequence + 1, said: row.said || 'lost' });
		}
		// What takes an invitation back is made of the invitation.
		const message = sent.mail.topic === 'proposal-declined' ? row.message : sent.mail.data.calendar;
		const left = 'left' in sent && sent.left ? { pending: row.pending, due_at: clock.now() } : { pending: null, due_at: null };
		await this.#set(row, { said: sent.said, sequence, message, ...left });
	}

	/** Who invites, by the address to which this guest and nobody else answers; their own where this Mana reads no mailbox. */
	async #senderTo({ token }: Invited, { id, name, address }: CalendarUser): Promise<Inviter> {
		return { name, address: (await this.#parts.addresses.addressFor('answer', token, id)) ?? address, known: name || address };
	}

	#invitation(row: Invited, whole: Whole | null, person: Inviter, sequence: number) {
		const { zone } = this.#parts;
		// The time of the message is that of the row, so that what is sent twice is the same twice.
		const at = row.due_at!;
		const share = whole && shareOf(whole, row.address, at);
		const shared = { inviter: person.known, replyTo: person.address };
		if (!whole || !share) {
			if (row.said === '') return null;
			const calendar = cancelOf(row.message, row.address, sequence, at);
			const [title, when] = whole ? wordsOf(whole.event, row.language, zone) : [titleIn(row.message), '-'];
			return { said: CANCELLED, mail: { topic: 'event-cancelled', data: { ...shared, title, when, calendar } } } as const;
		}
		const shown = share.guests.length > 0 ? share.event : share.occurrences[0]!.event;
		const [title, when] = wordsOf(shown, row.language, zone);
		const [state, refusal] = [fingerprint(share), refusalOf(whole, row.address)];
		if (refusal !== '' && row.said !== state + refusal && row.said.split(' ')[0] === state) {
			const calendar = declineOf(share.event, guestIn(whole, row.address)!, person, at);
			return { said: state + refusal, mail: { topic: 'proposal-declined', data: { ...shared, title, when, calendar } } } as const;
		}
		const page = row.role === 'visitor' ? 'booked' : 'answer';
		const data = {
			...shared,
			title,
			when,
			place: printed([shown.place, shown.meeting].filter((one) => one !== '').join('\n'), 2_600),
			notes: printed(shown.notes, 4_000),
			link: `/calendar/${page}#token=${row.token}`,
			calendar: requestOf(share, person, sequence, zone),
		};
		const first = row.said === '' || row.said === CANCELLED;
		const topic =
			row.role === 'visitor' ? (first ? 'booking-made' : 'booking-changed') : first ? 'event-invited' : 'event-changed';
		return { said: state + refusal, mail: { topic, data } } as const;
	}
}

/** Whoever invites, as one guest knows them. */
interface Inviter extends Sender {
	/** What they are called. */
	readonly known: string;
}

/** A row of somebody who was told nothing yet. */
export function newRow(
	row: Pick<Invited, 'space' | 'event' | 'address' | 'role' | 'person' | 'language' | 'said'>,
	now: number,
	random: RandomBytes,
): Invited {
	const token = Buffer.from(random(new Uint8Array(16))).toString('base64url');
	return { ...row, token, sequence: 0, message: '', pending: null, due_at: null, created_at: now };
}

/** Somebody who answered before anything was sent has the invitation by another way. */
function answeredElsewhere(whole: Whole, address: string): boolean {
	return allGuests(whole).some((one) => one.address.toLowerCase() === address && one.answer !== 'none');
}

function guestIn({ guests }: Whole, address: string): Guest | undefined {
	return guests.find((one) => one.deletedAt === null && one.address.toLowerCase() === address);
}

/** What a guest hears of a proposal that whoever invites does not want, behind the state of the event that they were told; '' for nothing. */
function refusalOf(whole: Whole, address: string): string {
	const guest = guestIn(whole, address);
	return guest?.proposal === 'declined' && guest.proposedStart !== null ? ` refused ${guest.proposedAt}` : '';
}

/** Whether nothing of an event is to come any more. */
export function isOver({ event, occurrences }: Whole, now: number, zone: string): boolean {
	if (repeats(event)) {
		const rows = [{ ...event, deletedAt: null }, ...occurrences.map((one) => one.event)];
		// Every rule that goes on comes again within some years, or never.
		return occurrencesOf(rows, now, now + 8 * 366 * 86_400_000, zone).length === 0;
	}
	const spans = [event, ...occurrences.map((one) => one.event)].map((one) => spanOf(one, zone));
	return spans.every((span) => span !== null && span.to <= now);
}

function titleIn(message: string): string {
	return /^SUMMARY:(.+)\r$/m.exec(message)?.[1] ?? '-';
}
