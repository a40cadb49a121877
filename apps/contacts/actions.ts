import { type Draft, ordering, type RecordId } from '@mana/model';
import { ensureTag } from '@mana/shared/tags';
import { type ViewActions, viewActions } from '@mana/shared/views';
import type { Mana, Writer, Written } from '@mana/sync/client/api';
import type { Day } from '@mana/time';
import type { Capture } from './capture.ts';
import { mergeOf, type WholeCard } from './merge.ts';
import {
	type Contact,
	type Detail,
	type DetailKind,
	details,
	type Encounter,
	encounters,
	groupIdNamed,
	groups,
	people,
	views,
} from './model.ts';

/**
 * What a person can do with contacts, each as one transaction that can be undone. `label` is what undo says, in the person's language.
 */
export interface ContactActions extends ViewActions {
	/** Adds what was captured, into a group where one is given, and a star. */
	add(label: string, capture: Capture, place?: ContactPlace): { id: RecordId; written: Written };
	/** An empty contact, to be filled in. */
	create(label: string, draft: ContactEdit, place?: ContactPlace): { id: RecordId; written: Written };
	edit(label: string, id: RecordId, draft: ContactEdit): Written;
	addDetail(label: string, contact: RecordId, kind: DetailKind, draft?: DetailEdit): { id: RecordId; written: Written };
	editDetail(label: string, id: RecordId, draft: DetailEdit): Written;
	/** Makes one detail the first of its kind, and no other one. */
	prefer(label: string, id: RecordId, preferred: boolean): Written;
	removeDetail(label: string, id: RecordId): Written;
	star(label: string, ids: readonly RecordId[], starred: boolean): Written;
	join(label: string, ids: readonly RecordId[], group: RecordId): Written;
	leave(label: string, ids: readonly RecordId[], group: RecordId): Written;
	/** Puts contacts into the archive, or takes them out. */
	archive(label: string, ids: readonly RecordId[], archived: boolean): Written;
	/** Adds a tag by its name, which makes it where it is new. */
	tag(label: string, ids: readonly RecordId[], name: string): Written;
	untag(label: string, ids: readonly RecordId[], tag: RecordId): Written;
	trash(label: string, ids: readonly RecordId[]): Written;
	/** Makes several contacts one, as `mergeOf` says; encounters and relations of the others become its own. */
	merge(label: string, cards: readonly [WholeCard, ...WholeCard[]], region: string | null): Written;
	/** Remembers that these are not the same. */
	tellApart(label: string, ids: readonly RecordId[]): Written;
	meet(label: string, draft: EncounterEdit): { id: RecordId; written: Written };
	editEncounter(label: string, id: RecordId, draft: Partial<EncounterEdit>): Written;
	/** Puts a note above everything else of its contact, or back among the others. */
	pinEncounter(label: string, id: RecordId, pinned: boolean): Written;
	removeEncounter(label: string, id: RecordId): Written;
	/** Makes a group, or brings the one of that name back. */
	addGroup(label: string, name: string): { id: RecordId; written: Written };
	editGroup(label: string, id: RecordId, draft: { name?: string; hue?: number }): Written;
	/** Puts a group in the trash; its people stay. */
	trashGroup(label: string, id: RecordId): Written;
}

export interface ContactPlace {
	readonly group?: RecordId;
	readonly starred?: boolean;
}

export type ContactEdit = Omit<Draft<typeof people>, 'groups' | 'tags' | 'archived' | 'distinctFrom' | 'mergedInto'>;
export type DetailEdit = Omit<Draft<typeof details>, 'contact' | 'kind' | 'preferred'>;

export interface EncounterEdit {
	readonly people: readonly RecordId[];
	readonly kind: Encounter['kind'];
	readonly day: Day;
	readonly note: string;
}

/** Hues for new groups, far apart and in the order they are given out. */
const HUES = [300, 25, 140, 200, 75, 255, 350, 165, 45, 230];

export function contactActions(mana: Mana, random: () => number): ContactActions {
	const between = ordering(random);

	const detailsOf = (ids: ReadonlySet<RecordId>): Detail[] =>
		mana.query(details, { where: ({ contact }) => contact !== null && ids.has(contact) }).rows.slice();
	const endOf = (rows: readonly { readonly position: string | null }[]): string =>
		between(
			rows.reduce<string | null>(
				(last, { position }) => (position !== null && (last === null || position > last) ? position : last),
				null,
			),
			null,
		);
	const each = (label: string, ids: readonly RecordId[], change: (tx: Writer, id: RecordId) => void): Written =>
		mana.write(label, (tx) => {
			for (const id of ids) change(tx, id);
		});

	function ensureGroup(tx: Writer, name: string): RecordId {
		const all = mana.query(groups).rows;
		const known = all.find((group) => group.name.toLowerCase() === name.toLowerCase());
		if (known) return known.id;
		const draft = { name, hue: HUES[all.length % HUES.length] ?? 300, position: endOf(all) };
		const id = groupIdNamed(name);
		const taken = tx.get(groups, id);
		if (!taken) return tx.create(groups, draft, id);
		if (taken.deletedAt === null) return tx.create(groups, draft);
		tx.restore(groups, id);
		tx.update(groups, id, draft);
		return id;
	}

	function make(tx: Writer, draft: Draft<typeof people>, { group, starred = false }: ContactPlace): RecordId {
		return tx.create(people, {
			...draft,
			...(starred && { starred }),
			...(group !== undefined && { groups: [...(draft.groups instanceof Set ? draft.groups : []), group] }),
		});
	}

	return {
		add(label, capture, place = {}) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				const { prefix, given, additional, family, suffix, organisation } = capture;
				const isOrganisation = given === '' && family === '' && organisation !== '';
				const inGroups = new Set(capture.groups.map((name) => ensureGroup(tx, name)));
				const draft = {
					kind: isOrganisation ? 'organisation' : 'person',
					prefix,
					given,
					additional,
					family,
					suffix,
					organisation,
					groups: inGroups,
				} as const;
				id = make(tx, draft, place);
				let position: string | null = null;
				const all = [
					...capture.emails.map((value) => ['email', value] as const),
					...capture.phones.map((value) => ['phone', value] as const),
					...capture.links.map((value) => ['link', value] as const),
				];
				for (const [kind, value] of all)
					tx.create(details, { contact: id, kind, value, position: (position = between(position, null)) });
			});
			return { id, written };
		},
		create(label, draft, place = {}) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => void (id = make(tx, draft, place)));
			return { id, written };
		},
		edit: (label, id, draft) => mana.write(label, (tx) => tx.update(people, id, draft)),
		addDetail(label, contact, kind, draft = {}) {
			let id!: RecordId;
			const position = endOf(detailsOf(new Set([contact])));
			const written = mana.write(label, (tx) => void (id = tx.create(details, { position, ...draft, contact, kind })));
			return { id, written };
		},
		editDetail: (label, id, draft) => mana.write(label, (tx) => tx.update(details, id, draft)),
		prefer: (label, id, preferred) =>
			mana.write(label, (tx) => {
				const one = tx.get(details, id);
				if (!one) return;
				const others = one.contact === null || !preferred ? [] : detailsOf(new Set([one.contact]));
				for (const other of others)
					if (other.id !== id && other.kind === one.kind && other.preferred) tx.update(details, other.id, { preferred: false });
				tx.update(details, id, { preferred });
			}),
		removeDetail: (label, id) => mana.write(label, (tx) => tx.trash(details, id)),
		star: (label, ids, starred) => each(label, ids, (tx, id) => tx.update(people, id, { starred })),
		join: (label, ids, group) => each(label, ids, (tx, id) => tx.update(people, id, { groups: { add: [group] } })),
		leave: (label, ids, group) => each(label, ids, (tx, id) => tx.update(people, id, { groups: { remove: [group] } })),
		trash: (label, ids) => each(label, ids, (tx, id) => tx.trash(people, id)),
		merge(label, cards, region) {
			const { into, absorbed, draft, moved } = mergeOf(cards, region);
			const gone = new Set(absorbed);
			const meetings = mana.query(encounters, { where: (one) => [...one.people].some((id) => gone.has(id as RecordId)) }).rows;
			const relations = mana.query(details, {
				where: ({ target, contact, deletedAt }) => deletedAt === null && target !== null && gone.has(target) && contact !== into,
			}).rows;
			return mana.write(label, (tx) => {
				tx.update(people, into, draft);
				for (const { id } of moved) tx.update(details, id, { contact: into });
				for (const { id } of relations) tx.update(details, id, { target: into });
				for (const { id } of meetings) tx.update(encounters, id, { people: { add: [into], remove: absorbed } });
				for (const id of absorbed) {
					tx.update(people, id, { mergedInto: into });
					tx.trash(people, id);
				}
			});
		},
		tellApart: (label, ids) =>
			mana.write(label, (tx) => {
				for (const [at, id] of ids.entries())
					if (at < ids.length - 1) tx.update(people, id, { distinctFrom: { add: ids.slice(at + 1) } });
			}),
		meet(label, draft) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => void (id = tx.create(encounters, draft)));
			return { id, written };
		},
		editEncounter: (label, id, draft) => mana.write(label, (tx) => tx.update(encounters, id, draft)),
		pinEncounter: (label, id, pinned) => mana.write(label, (tx) => tx.update(encounters, id, { pinned })),
		removeEncounter: (label, id) => mana.write(label, (tx) => tx.trash(encounters, id)),
		addGroup(label, name) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => void (id = ensureGroup(tx, name)));
			return { id, written };
		},
		...viewActions(mana, views, random),
		archive: (label, ids, archived) => each(label, ids, (tx, id) => tx.update(people, id, { archived })),
		tag: (label, ids, name) =>
			mana.write(label, (tx) => {
				const tag = ensureTag(mana, tx, name);
				for (const id of ids) tx.update(people, id, { tags: { add: [tag] } });
			}),
		untag: (label, ids, tag) => each(label, ids, (tx, id) => tx.update(people, id, { tags: { remove: [tag] } })),
		editGroup: (label, id, draft) => mana.write(label, (tx) => tx.update(groups, id, draft)),
		trashGroup: (label, id) => mana.write(label, (tx) => tx.trash(groups, id)),
	};
}

/** Details as they stand with their contact: by kind, the preferred one first, then by hand and age. */
export function byPlace(a: Detail, b: Detail): number {
	return Number(b.preferred) - Number(a.preferred) || compare(a.position ?? '~', b.position ?? '~') || compare(a.id, b.id);
}

/** Whether nothing was ever written of a contact: a form that was opened and left. */
export function isBlank(contact: Contact, own: readonly Detail[]): boolean {
	const texts = [contact.prefix, contact.given, contact.additional, contact.family, contact.suffix, contact.nickname, contact.shownAs, contact.organisation, contact.department, contact.title, contact.role, contact.pronouns, contact.notes]; // prettier-ignore
	return texts.every((text) => text.trim() === '') && contact.birthday === null && contact.anniversary === null && contact.photo === null && own.every(isEmptyDetail); // prettier-ignore
}

/** Whether a detail says nothing yet. */
export function isEmptyDetail(one: Detail): boolean {
	const texts = [one.value, one.street, one.extended, one.postBox, one.locality, one.region, one.postcode, one.country];
	return texts.every((text) => text.trim() === '') && one.day === null && one.target === null;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
