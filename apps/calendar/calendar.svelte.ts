import { goto } from '$app/navigation';
import { appOf, type Draft, type RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import { tags } from '@mana/shared/model';
import { ensureTag, nextHue } from '@mana/shared/tags';
import { addDays, type Capture, type Day, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import { saveFile } from '@mana/ui/attachments/save-file';
import { readLine } from '@mana/ui/capture/reader.svelte';
import { DatedViews } from '@mana/ui/data/dated.svelte';
import { live } from '@mana/ui/data/live.svelte';
import { reportUnstored, settle, useHome, useMana } from '@mana/ui/data/mana.svelte';
import { type SpaceChoice, useSpaces } from '@mana/ui/data/spaces.svelte';
import { mapped, together } from '@mana/ui/data/mapped';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import { useSession } from '@mana/ui/session/session.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import type { AppManifest } from '@mana/ui/shell/manifest';
import { createContext } from 'svelte';
import {
	byPosition,
	calendarActions,
	type CalendarActions,
	calendarOf,
	type Chosen,
	type Edited,
	type EventDraft,
	type Scope,
} from './actions.ts';
import { Wantings } from './blocks/wanting.svelte.ts';
import { EventIndex } from './event-index.ts';
import {
	type Calendar,
	calendars,
	type CalendarSettings,
	defaultCalendarId,
	type Event,
	events,
	type Guest,
	settings,
	settingsId,
} from './model.ts';
import { dayOfWall } from './moments.ts';
import { nextOf, type Occurrence, occurrenceCalled, occurrencesIn } from './occurrences.ts';
import type { FilterWorld } from './search/conditions.ts';
import { searchWorld } from './search/world.ts';
import { CalendarSets } from './sets.svelte.ts';
import { type Shown, shownEntry } from './shown.ts';
import { SpaceOverlay } from './space-overlay.svelte.ts';
import { GuestList } from './guest-list.svelte.ts';
import { hostOf } from './subscriptions/feed-address.ts';
import { type Slot, whenTyped } from './typed.ts';
import type { WeekWays } from './views.ts';
import { SpaceReminders } from './space-reminders.svelte.ts';
import { titleOf } from './words.ts';

/** A calendar as the sidebar lists it. */
export interface ListedCalendar {
	readonly id: RecordId;
	readonly name: string;
	readonly hue: number;
	readonly kind: Calendar['kind'];
	/** Address of the feed, of a subscription. */
	readonly source: string | null;
	readonly hidden: boolean;
}

/** What other apps have on days, as the sidebar lists it. */
export interface ListedView {
	readonly id: string;
	readonly name: string;
	readonly hue: number;
	readonly hidden: boolean;
}

/** A change of a series that waits for the person to say how much of it is meant. */
export interface Question {
	readonly kind: 'edit' | 'remove';
	readonly title: string;
	answer(scope: Scope): void;
	/** What was dragged goes back to where it was. */
	leave(): void;
}

const UNSAID: Pick<
	CalendarSettings,
	'hidden' | 'spaces' | 'secondZone' | 'length' | 'reminders' | 'workdaysOnly' | 'calendar' | 'meetingServer'
> = {
	hidden: new Set(),
	spaces: new Set(),
	secondZone: '',
	length: 60,
	reminders: new Set(),
	workdaysOnly: false,
	calendar: null,
	meetingServer: '',
};

/** Who is here. */
interface Here {
	/** `null` for a guest. */
	person(): { readonly id: string; readonly email: string } | null;
	/** Whether they may change what is in this space. */
	mayWrite(): boolean;
}

/** The calendar app on one page: what its views share, and every action together with what it says afterwards. */
export class Planner {
	readonly mana: Mana;
	readonly actions: CalendarActions;
	/** What is kept to be looked at together. */
	readonly sets: CalendarSets;
	/** Whether the person may change what is in this space. */
	readonly mayWrite: () => boolean;
	question = $state.raw<Question | null>(null);
	readonly #home: () => Mana | null;
	readonly #others: DatedViews;
	readonly #events;
	readonly #calendars;
	readonly #gone;
	/** What takes place in the other spaces that the person is in. */
	readonly spaces: SpaceOverlay;
	/** Of which events of shared spaces the person is reminded. */
	readonly reminding: SpaceReminders;
	/** What other apps want time for. */
	readonly wantings: Wantings;
	/** Who is invited to what. */
	readonly guests: GuestList;
	readonly #settings;
	readonly #tags;

	/**
	 * @param home the person's own space, where how they look at calendars is kept
	 * @param apps those that have something on days
	 * @param choice of spaces, of those that the person is in
	 */
	constructor(mana: Mana, home: () => Mana | null, apps: readonly AppManifest[], choice: SpaceChoice, here: Here) {
		const { person, mayWrite } = here;
		this.mana = mana;
		this.mayWrite = mayWrite;
		this.#home = home;
		this.#others = new DatedViews(apps, 'calendar');
		this.actions = calendarActions(mana, Date.now, Math.random, () => person()?.id ?? null);
		this.#events = live(() => mana.query(events, { where: () => true }));
		this.#calendars = live(() => mana.query(calendars, { order: byPosition }));
		this.#gone = live(() =>
			mana.query(calendars, { where: ({ kind, deletedAt }) => kind === 'subscription' && deletedAt !== null }),
		);
		this.guests = new GuestList(this, person);
		this.#tags = live(() => mana.query(tags));
		this.sets = new CalendarSets(() => home() ?? mana, this);
		this.#settings = live(() => (home() ?? mana).query(settings, { where: ({ id }) => id === settingsId }));
		this.wantings = new Wantings(mana, apps, () => ({ ...this.settings, person: person()?.id ?? null }));
		this.reminding = new SpaceReminders(choice, home, this.actions);
		this.spaces = new SpaceOverlay(choice, home, () => this.settings);
		$effect(() => this.#others.load(this.settings.hidden));
	}

	/** Zone of whoever looks. */
	get zone(): string {
		return preferences.timeZone;
	}

	get settings(): typeof UNSAID {
		return this.#settings.rows[0] ?? UNSAID;
	}

	get ways(): WeekWays {
		return { weekStart: preferences.weekStart, workdaysOnly: this.settings.workdaysOnly };
	}

	/** Every event and changed occurrence, those in the trash as well; of a subscription that was removed nothing is left at once. */
	readonly events: readonly Event[] = $derived.by(() => {
		const gone = new Set(this.#gone.rows.map(({ id }) => id));
		return gone.size === 0
			? this.#events.rows
			: this.#events.rows.filter(({ calendar }) => calendar === null || !gone.has(calendar));
	});

	readonly #index = $derived.by(() => new EventIndex(this.events));

	/** Whether events may be missing that are still on their way to this device. */
	get arriving(): boolean {
		return this.mana.sync.firstSync !== null && this.events.length === 0;
	}

	readonly calendars: readonly ListedCalendar[] = $derived.by(() => {
		const own = this.#calendars.rows.find(({ id }) => id === defaultCalendarId);
		const rest = this.#calendars.rows.filter(({ id }) => id !== defaultCalendarId);
		const { hidden } = this.settings;
		return [
			{
				id: defaultCalendarId,
				name: own?.name || m.calendar_default(),
				hue: own?.hue ?? 25,
				kind: 'own' as const,
				source: null,
				hidden: hidden.has(defaultCalendarId),
			},
			...rest.map(({ id, name, hue, kind, source }) => ({
				id,
				name: name || (source === null ? m.calendar_unnamed() : hostOf(source)),
				hue,
				kind,
				source,
				hidden: hidden.has(id),
			})),
		];
	});

	readonly calendarById: ReadonlyMap<RecordId, ListedCalendar> = $derived.by(
		() => new Map(this.calendars.map((one) => [one.id, one])),
	);

	/** Calendars that events may be written into. */
	get writable(): readonly ListedCalendar[] {
		return this.calendars.filter(({ kind }) => kind !== 'subscription');
	}

	readonly views: readonly ListedView[] = $derived.by(() =>
		this.#others.all.map(({ app, view }) => ({
			id: view.id,
			name: view.name(),
			hue: app.hue,
			hidden: this.settings.hidden.has(view.id),
		})),
	);

	/** The calendar of an event, or the one that every space has where its own is gone. */
	calendarOf(event: Event): ListedCalendar {
		return this.calendarById.get(calendarOf(event)) ?? this.calendars[0]!;
	}

	mayEdit(event: Event): boolean {
		return this.mayWrite() && this.calendarOf(event).kind !== 'subscription';
	}

	/** What a search of events is seen from. */
	readonly searchWorld: FilterWorld = $derived.by(() =>
		searchWorld({
			now: Date.now(),
			zone: this.zone,
			today: today.day,
			index: this.#index,
			tags: this.#tags.rows,
			calendars: this.calendars,
			guestsOf: (event) => this.guests.of(event),
		}),
	);

	/** What takes place on the days from one to another, both included, in the calendars that are shown. */
	between(first: Day, last: Day): Shown[] {
		const [from, to] = [instantOf(this.zone, toUtc(first)), instantOf(this.zone, toUtc(addDays(last, 1)))];
		return occurrencesIn(this.#index, from, to, this.zone)
			.filter(({ event }) => !this.calendarOf(event).hidden)
			.map((occurrence) => this.shown(occurrence));
	}

	shown(occurrence: Occurrence): Shown {
		const { key, event, wholeDay, from, to, firstDay, lastDay } = occurrence;
		const hue = event.hue ?? this.calendarOf(event).hue;
		const done = event.status === 'cancelled';
		return { key, title: titleOf(event), hue, occurrence, href: null, done, wholeDay, from, to, firstDay, lastDay };
	}

	/** What other apps have on these days, and what takes place in other spaces, kept current. For `live`. */
	dated(first: Day, last: Day) {
		const apps = mapped(this.#others.between(this.mana, first, last, this.settings.hidden), ({ view, hue, entry }) =>
			shownEntry(view, hue, entry, this.zone),
		);
		return together([apps, this.spaces.between(first, last, this.zone)]);
	}

	/** An occurrence by its key (`Occurrence.key`, or the id of an event); a series alone is its first one. */
	find(key: string): Occurrence | null {
		return occurrenceCalled(key, this.#index, this.zone);
	}

	/** When an event takes place next from today on; what is over, as it began. */
	next(event: Event): Occurrence | null {
		return nextOf(event, this.#index, instantOf(this.zone, toUtc(today.day)), this.zone);
	}

	/** What a typed line says of an appointment. */
	read(line: string, dismissed?: ReadonlySet<string>): Capture {
		return readLine(line, { names: this.writable.map(({ name }) => name), appointments: true, ...(dismissed && { dismissed }) });
	}

	/** Adds what was typed; what the line leaves open, the slot says, or the next full hour. */
	add(capture: Capture, slot: Slot | null = null, notes = ''): RecordId {
		const calendar = this.writable.find(({ name }) => name === capture.project)?.id ?? this.settings.calendar;
		const when = whenTyped(capture, slot, { length: this.settings.length, zone: this.zone, today: today.day, now: Date.now() });
		const { id, written } = this.actions.add(m.calendar_done_added(), {
			title: capture.title,
			place: capture.place ?? '',
			notes,
			calendar: calendar === defaultCalendarId ? null : calendar,
			zone: this.zone,
			...when,
			...(capture.repeat && { repeat: capture.repeat.rule }),
			...(when.start.length > 10 && { reminders: this.settings.reminders }),
		});
		settle(written, m.calendar_done_added());
		return id;
	}

	/** Changes an occurrence; of a series, asks how much of it is meant first. @returns whether it was done or asked for */
	change(chosen: Occurrence, draft: EventDraft, said: string, leave: () => void = () => undefined): void {
		if (!this.mayEdit(chosen.event)) return leave();
		if (!chosen.series) this.#say(said, (label) => this.actions.edit(label, chosen, draft, 'this'));
		else
			this.question = {
				kind: 'edit',
				title: titleOf(chosen.event),
				answer: (scope) => void this.#say(said, (label) => this.actions.edit(label, chosen, draft, scope)),
				leave,
			};
	}

	/** Changes it without a word and without asking, from the details. @returns where the occurrence is now */
	edit(chosen: Chosen, draft: EventDraft, scope: Scope): Edited {
		const written = this.actions.edit(m.calendar_done_edited(), chosen, draft, scope);
		settle(written);
		return written;
	}

	remove(chosen: Occurrence): void {
		if (!this.mayEdit(chosen.event)) return;
		if (!chosen.series) this.#say(m.calendar_done_removed(), (label) => this.actions.remove(label, chosen, 'this'));
		else
			this.question = {
				kind: 'remove',
				title: titleOf(chosen.event),
				answer: (scope) =>
					void this.#say(m.calendar_done_removed(), (label) => this.actions.remove(label, chosen, scope, this.#asked(chosen))),
				leave: () => undefined,
			};
	}

	/** As whom the person is invited to a series that stands in their own space; in a shared one it is everybody's. */
	#asked({ series }: Occurrence): Guest | null {
		return series && this.#home() === this.mana ? this.guests.asked(series) : null;
	}

	duplicate(chosen: Occurrence): RecordId {
		const { id, written } = this.actions.duplicate(m.calendar_done_duplicated(), chosen);
		settle(written, m.calendar_done_duplicated());
		return id;
	}

	/** Says when a series comes again; what was changed of single occurrences is over. */
	repeat(series: Event, repeat: string | null, start: string): Written {
		return settle(this.actions.repeat(m.calendar_done_repeat(), series, repeat, start));
	}

	tag(chosen: Occurrence, name: string, scope: Scope): void {
		let tag!: RecordId;
		reportUnstored(this.mana.note('', (tx) => (tag = ensureTag(this.mana, tx, name))));
		this.edit(chosen, { tags: { add: [tag] } }, scope);
	}

	addCalendar(name: string): RecordId {
		const hue = nextHue(this.calendars.length + 1);
		const { id, written } = this.actions.addCalendar(m.calendar_done_calendar_added(), { name, hue });
		settle(written);
		return id;
	}

	/** Shows what stands at an address; calendar-server reads it. @param name '' for the one that it has there */
	subscribe(source: string, name: string, hue: number): RecordId {
		const draft = { kind: 'subscription', source, name, hue } as const;
		const { id, written } = this.actions.addCalendar(m.calendar_done_subscribed(), draft);
		settle(written, m.calendar_done_subscribed());
		return id;
	}

	editCalendar(id: RecordId, draft: { readonly name: string; readonly hue: number }): Written {
		return settle(this.actions.editCalendar(m.calendar_done_calendar_edited(), id, draft));
	}

	removeCalendar(id: RecordId): Written {
		return this.#say(m.calendar_done_calendar_removed(), (label) => this.actions.removeCalendar(label, id));
	}

	/** Saves an event, a series with all of it, as a file that other calendars open. */
	async saveFile(event: RecordId): Promise<void> {
		const { eventFile } = await import('./exchange/event-file.ts');
		const file = eventFile(this.mana, event, this.zone);
		if (file) saveFile(new Blob([file.text], { type: 'text/calendar' }), file.name);
	}

	choose(draft: Draft<typeof settings>): void {
		const home = this.#home();
		// While one's own space opens there is nowhere to keep it, and a shared one is not the place.
		if (home) settle(this.actions.editSettings(m.calendar_done_settings(), home, draft));
	}

	/** Shows or hides a calendar, or what another app has on days. */
	toggle(id: string): void {
		this.choose({ hidden: this.settings.hidden.has(id) ? { remove: [id] } : { add: [id] } });
	}

	/** Shows or hides what takes place in another space. */
	toggleSpace(id: string): void {
		this.choose({ spaces: this.settings.spaces.has(id) ? { remove: [id] } : { add: [id] } });
	}

	/** Opens the details of an occurrence beside the view, with an address of their own; `null` closes them. */
	async open(key: string | null): Promise<void> {
		const to = new URL(location.href);
		const replace = key !== null && to.searchParams.has('event');
		if (key === null) to.searchParams.delete('event');
		else to.searchParams.set('event', key);
		await goto(to, { reset: false, replace });
	}

	#say(said: string, write: (label: string) => Written): Written {
		return settle(write(said), said);
	}
}

export const [usePlanner, providePlanner] = createContext<Planner>();

/** A planner for the space that the apps work in. Call it while a component is made. */
export function makePlanner(apps: readonly AppManifest[]): Planner {
	const [mana, choice] = [useMana(), useSpaces()];
	// In one's own space one may do everything.
	const mayWrite = (): boolean =>
		choice.mana !== mana || choice.chosen === null || choice.spaces?.can(choice.chosen, 'write', appOf(events.number)) === true;
	const session = useSession();
	return new Planner(mana, useHome(), apps, choice, { person: () => session.person, mayWrite });
}

/** The day on which an occurrence begins for whoever looks. */
export function dayOf({ from }: Pick<Occurrence, 'from'>, zone: string): Day {
	return dayOfWall(wallAt(zone, from));
}
