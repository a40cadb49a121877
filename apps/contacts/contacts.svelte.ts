import { goto } from '$app/navigation';
import type { Collection, RecordId } from '@mana/model';
import { type Tag, tags } from '@mana/shared/model';
import { byViewPlace, type View } from '@mana/shared/views';
import type { Mana, Written } from '@mana/sync/client/api';
import { dayAt } from '@mana/time';
import { live } from '@mana/ui/data/live.svelte';
import { act, reportUnstored, settle, useHome } from '@mana/ui/data/mana.svelte';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import { language } from '@mana/ui/i18n/language.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import { regionOf } from '@mana/ui/preferences/resolve';
import { createContext } from 'svelte';
import {
	byPlace,
	type ContactActions,
	contactActions,
	type ContactEdit,
	type ContactPlace,
	type DetailEdit,
	type EncounterEdit,
	isBlank,
} from './actions.ts';
import type { Capture } from './capture.ts';
import type { FilterWorld } from './find/conditions.ts';
import { inTouchBy, lastContacted } from './in-touch.ts';
import type { WholeCard } from './merge.ts';
import {
	type Book,
	books,
	type Contact,
	type ContactSettings,
	type Detail,
	type DetailKind,
	details,
	encounters,
	type Encounter,
	type Group,
	groups,
	people,
	settings,
	settingsId,
	views,
} from './model.ts';
import { byContact, type OwnedDetails } from './search.ts';
import { NameOrder, type SortBy } from './sort.ts';
import { nameOrWord } from './words.ts';

/** A list that has, or last had, the focus: what the keys act on. */
export interface FocusedList {
	/** The selected contacts, or the one in focus. */
	chosen(): readonly Contact[];
	open(id: RecordId): void;
}

/** The address book on one page: what its parts share, and every action together with what it says afterwards. */
export class Contacts {
	readonly mana: Mana;
	readonly actions: ContactActions;
	/** The list that has, or last had, the focus. */
	focused: FocusedList | null = null;
	readonly #home: () => Mana | null;
	readonly #settings;
	readonly #all;
	readonly #details;
	readonly #groups;
	readonly #encounters;
	readonly #tags;
	readonly #views;
	readonly #books;
	/** Those that were selected when somebody went to export them. */
	exporting: readonly RecordId[] = [];

	/** Make it while a component is made. */
	constructor(mana: Mana) {
		this.mana = mana;
		this.actions = contactActions(mana, Math.random);
		this.#home = useHome();
		this.#settings = live(() => (this.#home() ?? mana).query(settings, { where: ({ id }) => id === settingsId }));
		this.#all = live(() => mana.query(people, { order: this.order.compare }));
		this.#details = live(() => mana.query(details));
		this.#groups = live(() =>
			mana.query(groups, { order: (a, b) => (a.position ?? '~').localeCompare(b.position ?? '~', 'en') }),
		);
		this.#tags = live(() => mana.query(tags));
		this.#books = live(() => mana.query(books, { order: (a, b) => a.name.localeCompare(b.name) }));
		this.#views = live(() => mana.query(views, { order: byViewPlace }));
		this.#encounters = live(() =>
			mana.query(encounters, { order: (a, b) => (a.day === b.day ? 0 : (a.day ?? '') < (b.day ?? '') ? 1 : -1) }),
		);
	}

	get sortBy(): SortBy {
		return this.#settings.rows[0]?.sortBy ?? 'given';
	}

	get map(): ContactSettings['map'] {
		return this.#settings.rows[0]?.map ?? 'ask';
	}

	readonly order: NameOrder = $derived.by(() => new NameOrder(language.tag, this.sortBy));

	/** Everybody, those in the archive too, in order. */
	get everybody(): readonly Contact[] {
		return this.#all.rows;
	}

	/** Everybody who is not in the archive, in order. */
	readonly all: readonly Contact[] = $derived.by(() => this.#all.rows.filter(({ archived }) => !archived));

	readonly byId: ReadonlyMap<RecordId, Contact> = $derived.by(
		() => new Map(this.everybody.map((contact) => [contact.id, contact])),
	);
	#before: OwnedDetails | undefined;
	readonly #owned: OwnedDetails = $derived.by(() => (this.#before = byContact(this.#details.rows, this.#before)));

	get groups(): readonly Group[] {
		return this.#groups.rows;
	}

	readonly groupById: ReadonlyMap<RecordId, Group> = $derived.by(() => new Map(this.groups.map((group) => [group.id, group])));

	get tags(): readonly Tag[] {
		return this.#tags.rows;
	}

	/** Address books that programs made, or that stand elsewhere, too. */
	get books(): readonly Book[] {
		return this.#books.rows;
	}

	/** Lists that are kept by a filter, in order. */
	get views(): readonly View[] {
		return this.#views.rows;
	}

	/** What filters are seen from. */
	readonly filterWorld: FilterWorld = $derived.by(() => ({
		today: today.day,
		tags: this.tags,
		groups: this.groups,
		ownedBy: (id: RecordId) => this.ownedBy(id),
		last: this.last,
		inTouchBy: (contact: Contact) => this.inTouchBy(contact),
		dayOf: (at: number) => dayAt(at, preferences.timeZone),
		compare: this.order.compare,
	}));

	get encounters(): readonly Encounter[] {
		return this.#encounters.rows;
	}

	/** The day on which each contact was last met, called or written to. */
	readonly last = $derived.by(() => lastContacted(this.#encounters.rows));

	/** Date details of everybody. */
	readonly dates: readonly Detail[] = $derived.by(() => this.#details.rows.filter(({ kind }) => kind === 'date'));

	/** Relations in which somebody else says what a contact is to them, by the contact that is meant. */
	readonly relationsTo: ReadonlyMap<RecordId, readonly Detail[]> = $derived.by(() => {
		const map = new Map<RecordId, Detail[]>();
		for (const detail of this.#details.rows)
			if (detail.kind === 'relation' && detail.target !== null && detail.contact !== null && this.byId.has(detail.contact))
				map.set(detail.target, [...(map.get(detail.target) ?? []), detail]);
		return map;
	});

	/** Where numbers without a country are dialled, ISO 3166. */
	get region(): string {
		return regionOf(language.tag);
	}

	/** What belongs to a contact, in its order. */
	detailsOf(id: RecordId): readonly Detail[] {
		return (this.#owned.get(id) ?? []).toSorted(byPlace);
	}

	/** The same in no order, for whoever looks through thousands. */
	ownedBy(id: RecordId): readonly Detail[] {
		return this.#owned.get(id) ?? [];
	}

	/** The same of everybody, by contact. */
	get owned(): OwnedDetails {
		return this.#owned;
	}

	cardOf(contact: Contact): WholeCard {
		return { contact, details: this.detailsOf(contact.id) };
	}

	/** By when to be in touch; `null` where nobody wants to be reminded. */
	inTouchBy(contact: Contact): string | null {
		return inTouchBy(contact, this.last.get(contact.id), today.day);
	}

	add(capture: Capture, place?: ContactPlace): RecordId {
		const { id, written } = this.actions.add(m.contacts_done_added(), capture, place);
		settle(written);
		return id;
	}

	create(place?: ContactPlace, draft: ContactEdit = {}): RecordId {
		const { id, written } = this.actions.create(m.contacts_done_added(), draft, place);
		settle(written);
		return id;
	}

	edit(id: RecordId, draft: ContactEdit): Written {
		return settle(this.actions.edit(m.contacts_done_edited(), id, draft));
	}

	addDetail(id: RecordId, kind: DetailKind, draft?: DetailEdit): RecordId {
		const made = this.actions.addDetail(m.contacts_done_edited(), id, kind, draft);
		settle(made.written);
		return made.id;
	}

	editDetail(id: RecordId, draft: DetailEdit): Written {
		return settle(this.actions.editDetail(m.contacts_done_edited(), id, draft));
	}

	prefer(id: RecordId, preferred: boolean): Written {
		return settle(this.actions.prefer(m.contacts_done_edited(), id, preferred));
	}

	removeDetail(id: RecordId, said?: string): Written {
		return settle(this.actions.removeDetail(m.contacts_done_edited(), id), said);
	}

	/** Stars those that have none; takes the stars away when all have one. */
	toggleStar(chosen: readonly Contact[]): void {
		const starred = chosen.some((contact) => !contact.starred);
		const said = starred
			? m.contacts_done_starred({ count: chosen.length })
			: m.contacts_done_unstarred({ count: chosen.length });
		this.#say(said, (label) => this.actions.star(label, idsOf(chosen), starred));
	}

	/** Puts all into a group; takes them out when all are in it. */
	toggleGroup(chosen: readonly Contact[], group: Group): void {
		const inside = chosen.every((contact) => contact.groups.has(group.id));
		const words = { count: chosen.length, name: group.name };
		if (inside) this.#say(m.contacts_done_left(words), (label) => this.actions.leave(label, idsOf(chosen), group.id));
		else this.#say(m.contacts_done_joined(words), (label) => this.actions.join(label, idsOf(chosen), group.id));
	}

	/** Puts all into the archive; takes them out when all are in it. */
	toggleArchive(chosen: readonly Contact[]): void {
		const archived = chosen.some((contact) => !contact.archived);
		const said = archived
			? m.contacts_done_archived({ count: chosen.length })
			: m.contacts_done_unarchived({ count: chosen.length });
		this.#say(said, (label) => this.actions.archive(label, idsOf(chosen), archived));
	}

	tag(chosen: readonly Contact[], name: string): Written {
		return settle(this.actions.tag(m.contacts_done_tagged({ count: chosen.length, name }), idsOf(chosen), name));
	}

	untag(chosen: readonly Contact[], tag: RecordId): Written {
		return settle(this.actions.untag(m.contacts_done_edited(), idsOf(chosen), tag));
	}

	addView(name: string, query: string): RecordId {
		const { id, written } = this.actions.addView(m.contacts_done_view_added(), { name, query });
		settle(written);
		return id;
	}

	editView(id: RecordId, draft: { name?: string; query?: string }): Written {
		return settle(this.actions.editView(m.contacts_done_view_changed(), id, draft));
	}

	trashView(id: RecordId): Written {
		return this.#say(m.contacts_done_view_trashed(), (label) => this.actions.trashView(label, id));
	}

	trash(ids: readonly RecordId[]): Written {
		return this.#say(m.contacts_done_trashed({ count: ids.length }), (label) => this.actions.trash(label, ids));
	}

	/** Takes a form back that was opened and left without a word. */
	dropIfBlank(id: RecordId): void {
		const contact = this.mana.get(people, id);
		if (!contact || contact.deletedAt !== null || !isBlank(contact, this.mana.query(details, { where: (one) => one.contact === id && one.deletedAt === null }).rows)) return; // prettier-ignore
		settle(this.actions.trash(m.contacts_done_trashed({ count: 1 }), [id]));
	}

	merge(cards: readonly [WholeCard, ...WholeCard[]]): Written {
		return this.#say(m.contacts_done_merged({ count: cards.length, name: nameOrWord(cards[0].contact) }), (label) => this.actions.merge(label, cards, this.region)); // prettier-ignore
	}

	tellApart(ids: readonly RecordId[]): Written {
		return this.#say(m.contacts_done_told_apart(), (label) => this.actions.tellApart(label, ids));
	}

	meet(draft: EncounterEdit): RecordId {
		const { id, written } = this.actions.meet(m.contacts_done_met(), draft);
		settle(written, m.contacts_done_met());
		return id;
	}

	editEncounter(id: RecordId, draft: Partial<EncounterEdit>): Written {
		return settle(this.actions.editEncounter(m.contacts_done_edited(), id, draft));
	}

	pinEncounter(id: RecordId, pinned: boolean): Written {
		const said = pinned ? m.contacts_done_pinned() : m.contacts_done_unpinned();
		return settle(this.actions.pinEncounter(said, id, pinned));
	}

	removeEncounter(id: RecordId): Written {
		return this.#say(m.contacts_done_encounter_removed(), (label) => this.actions.removeEncounter(label, id));
	}

	addGroup(name: string): RecordId {
		const { id, written } = this.actions.addGroup(m.contacts_done_group_added(), name);
		settle(written);
		return id;
	}

	editGroup(id: RecordId, draft: { name?: string; hue?: number }): Written {
		return settle(this.actions.editGroup(m.contacts_done_group_edited(), id, draft));
	}

	trashGroup(id: RecordId): Written {
		return this.#say(m.contacts_done_group_trashed(), (label) => this.actions.trashGroup(label, id));
	}

	/** Of whose days one is reminded, and when. */
	get remindOf(): Pick<ContactSettings, 'remindOf' | 'reminders'> {
		return this.#settings.rows[0] ?? { remindOf: 'nobody', reminders: new Set<string>() };
	}

	/** The contact that is oneself, in one's own space; `null`: nobody said so. */
	get me(): string | null {
		return this.#settings.rows[0]?.me ?? null;
	}

	/** Whether these contacts are those of one's own space: only there somebody can be oneself. */
	get isHome(): boolean {
		return (this.#home() ?? this.mana) === this.mana;
	}

	choose(draft: ChosenSettings): void {
		writeSettings(this.#home() ?? this.mana, draft);
	}

	/** Opens a contact beside the list, with an address of its own; `edit`: its form. */
	async open(id: RecordId | null, { edit = false } = {}): Promise<void> {
		const to = new URL(location.href);
		const replace = to.searchParams.has('contact') && id !== null;
		to.searchParams.delete('edit');
		if (id === null) to.searchParams.delete('contact');
		else to.searchParams.set('contact', id);
		if (edit) to.searchParams.set('edit', '');
		await goto(to, { reset: false, replace });
	}

	#say(said: string, write: (label: string) => Written): Written {
		return settle(write(said), said);
	}
}

/** What somebody chooses of how they look at contacts. */
interface ChosenSettings {
	readonly sortBy?: SortBy;
	readonly map?: ContactSettings['map'];
	readonly me?: RecordId | null;
	readonly remindOf?: ContactSettings['remindOf'];
	readonly reminders?: { readonly add: readonly string[] } | { readonly remove: readonly string[] };
}

function writeSettings(home: Mana, draft: ChosenSettings): void {
	const all: Collection = settings;
	// That it is there is nobody's choice: what is taken back are the fields.
	if (!home.get(all, settingsId))
		reportUnstored(home.note(m.contacts_done_settings(), (tx) => void tx.create(settings, {}, settingsId)));
	act(home, m.contacts_done_settings(), (tx) => tx.update(settings, settingsId, draft));
}

export const [useContacts, provideContacts] = createContext<Contacts>();

function idsOf(chosen: readonly Contact[]): RecordId[] {
	return chosen.map(({ id }) => id);
}
