import type { RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import { live } from '@mana/ui/data/live.svelte';
import { settle } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import type { CalendarActions, Chosen } from './actions.ts';
import { type Event, type Guest, guests } from './model.ts';
import type { Occurrence } from './occurrences.ts';
import { openProposal, type Proposal, proposalOf, proposing, type Time, withdrawing } from './proposals.ts';

/** What of the planner guests are seen from. */
interface Plans {
	readonly mana: Mana;
	readonly actions: CalendarActions;
	find(key: string): Occurrence | null;
}

/** Who is invited to the events of a space: what they answer, what they propose, and what is done about it. */
export class GuestList {
	readonly #plans: Plans;
	readonly #me: () => { readonly id: string; readonly email: string } | null;
	readonly #rows;

	/** @param me who looks; `null`: nobody who has an account */
	constructor(plans: Plans, me: () => { readonly id: string; readonly email: string } | null) {
		this.#plans = plans;
		this.#me = me;
		this.#rows = live(() => plans.mana.query(guests));
	}

	readonly #byEvent: ReadonlyMap<RecordId | null, readonly Guest[]> = $derived.by(() =>
		Map.groupBy(this.#rows.rows, ({ event }) => event as RecordId | null),
	);

	of(event: RecordId): readonly Guest[] {
		return this.#byEvent.get(event) ?? [];
	}

	isMe(address: string): boolean {
		return address.toLowerCase() === this.#me()?.email.toLowerCase();
	}

	isMine({ person, address }: Guest): boolean {
		const me = this.#me();
		return this.isMe(address) || (me !== null && person === me.id);
	}

	/** As whom one is invited to an event by somebody else. */
	asked({ id, organizer }: Event): Guest | null {
		if (organizer === null || this.isMe(organizer)) return null;
		return this.of(id).find((one) => this.isMine(one)) ?? null;
	}

	invite(event: RecordId, guest: Parameters<CalendarActions['invite']>[2]): Written {
		return settle(this.#plans.actions.invite(m.calendar_done_invited(), event, guest));
	}

	uninvite(guest: RecordId): Written {
		const said = m.calendar_done_uninvited();
		return settle(this.#plans.actions.uninvite(said, guest), said);
	}

	answer(guest: RecordId, answer: Guest['answer']): Written {
		return settle(this.#plans.actions.editGuest(m.calendar_done_answered(), guest, { answer }));
	}

	/** Answers for one occurrence of a series. @param guest of the series */
	answerDay(guest: Guest, { series, occurrence }: Chosen, answer: Guest['answer']): void {
		if (series && occurrence !== null)
			settle(this.#plans.actions.answerDay(m.calendar_done_answered(), { series, occurrence }, guest, answer));
	}

	/** What a guest of a series says about one occurrence, where that is something of its own. */
	onDay({ address }: Guest, { event, series }: Chosen): Guest | null {
		if (!series || event.id === series.id) return null;
		return this.of(event.id).find((one) => one.address.toLowerCase() === address.toLowerCase()) ?? null;
	}

	/** The other time that a guest would like, while nobody has decided, and what it is about as it is now. */
	proposal(guest: Guest): { readonly proposal: Proposal; readonly about: Chosen } | null {
		const about = this.#about(guest);
		const proposal = about && openProposal(guest, { ...about.event, start: about.start });
		return about && proposal ? { proposal, about } : null;
	}

	/** Moves the event to the time that a guest proposes. */
	grant(guest: Guest): void {
		const open = this.proposal(guest);
		if (!open) return;
		const { start, length, zone, occurrence } = open.proposal;
		const said = m.calendar_done_moved();
		settle(this.#plans.actions.edit(said, open.about, { start, length, zone }, occurrence === null ? 'all' : 'this'), said);
	}

	/** Leaves the event at its time; the guest hears of it. */
	refuse(guest: Guest): Written {
		const said = m.calendar_done_declined();
		return settle(this.#plans.actions.editGuest(said, guest.id, { proposal: 'declined' }), said);
	}

	/** Asks whoever invites for another time of an occurrence, or of what takes place once. */
	propose(guest: Guest, { occurrence, start }: Chosen, time: Time & { readonly start: string }, comment: string): Written {
		const said = m.calendar_done_proposed();
		const draft = { ...proposing({ ...time, occurrence }, start, Date.now()), comment };
		return settle(this.#plans.actions.editGuest(said, guest.id, draft), said);
	}

	/** The event's own time is as good to the guest after all. */
	withdraw(guest: Guest): Written {
		const said = m.calendar_done_withdrawn();
		return settle(this.#plans.actions.editGuest(said, guest.id, withdrawing(Date.now())), said);
	}

	/** The time that a guest asked for and does not get, as long as what they spoke of is as it was. */
	refused(guest: Guest): Proposal | null {
		const about = guest.proposal === 'declined' ? this.#about(guest) : null;
		return about && openProposal({ ...guest, proposal: 'open' }, { ...about.event, start: about.start });
	}

	#about(guest: Guest): Chosen | null {
		const occurrence = proposalOf(guest)?.occurrence;
		if (guest.event === null || occurrence === undefined) return null;
		const found = this.#plans.find(occurrence === null ? guest.event : `${guest.event} ${occurrence}`);
		const series = found?.series;
		if (occurrence !== null || !series || series.start === null) return found;
		return { event: series, series, occurrence: series.start, start: series.start };
	}
}
