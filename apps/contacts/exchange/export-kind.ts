import type { Card } from '@mana/dav/vcard/index';
import type { RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import type { ExportKind } from '@mana/ui/import/kind';
import { cardKept } from '../cards/kept.ts';
import { stateOf } from '../cards/state.ts';
import { cardOf } from '../cards/write.ts';
import { type Contact, type Detail, details, groups, people } from '../model.ts';
import { nameOf } from '../name.ts';
import { exportFormats } from './formats/index.ts';
import { photoOf } from './photo.ts';
import { exportHint, formatWords } from './words.ts';

/** Taking contacts along as files: those that were chosen, all, the favourites, a group. */
export const contactsExport = (chosen: readonly RecordId[]): ExportKind<Card> => ({
	formats: exportFormats,
	fileName: () => m.contacts_name().toLowerCase(),
	words: {
		title: () => m.contacts_export(),
		purpose: () => m.exchange_export_purpose(),
		format: formatWords,
		hint: exportHint,
		count: (count) => m.exchange_count({ count }),
	},
	choices(mana) {
		const all = mana.query(people).rows;
		const starred = all.filter((one) => one.starred).length;
		const sets = mana.query(groups).rows.toSorted((a, b) => a.name.localeCompare(b.name));
		const some = new Set<string>(chosen);
		const count = all.filter(({ id }) => some.has(id)).length;
		return [
			...(count === 0 ? [] : [{ id: 'chosen', name: m.exchange_chosen(), count }]),
			{ id: 'all', name: m.exchange_all(), count: all.length },
			...(starred === 0 ? [] : [{ id: 'starred', name: m.exchange_starred(), count: starred }]),
			...sets.map(({ id, name }) => ({ id, name, count: all.filter((one) => one.groups.has(id)).length })),
		];
	},
	items: (mana, choice) => cardsOf(mana, wanted(mana, choice, new Set<string>(chosen))),
});

function wanted(mana: Mana, choice: string, chosen: ReadonlySet<string>): readonly Contact[] {
	const all = mana.query(people).rows.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
	if (choice === 'all') return all;
	if (choice === 'chosen') return all.filter(({ id }) => chosen.has(id));
	return choice === 'starred' ? all.filter((one) => one.starred) : all.filter((one) => one.groups.has(choice));
}

/** The cards of contacts, with their photos, one after another. */
export async function* cardsOf(mana: Mana, contacts: readonly Contact[]): AsyncGenerator<Card> {
	const ids = new Set<string>(contacts.map(({ id }) => id));
	const byContact = new Map<string, Detail[]>();
	for (const detail of mana.query(details).rows)
		if (detail.contact !== null && ids.has(detail.contact))
			byContact.set(detail.contact, [...(byContact.get(detail.contact) ?? []), detail]);
	const sets = new Map<string, ReturnType<typeof mana.query<typeof groups>>['rows'][number]>(
		mana.query(groups).rows.map((group) => [group.id, group]),
	);
	const uidOf = (id: RecordId) => {
		const other = mana.get(people, id);
		return other && other.deletedAt === null ? other.uid || other.id : null;
	};
	for (const contact of contacts) {
		const state = stateOf(contact, {
			details: byContact.get(contact.id) ?? [],
			groups: [...contact.groups].flatMap((id) => sets.get(id) ?? []),
			photo: await photoOf(mana, contact.photo, contact.id),
			uidOf,
			changedAt: Date.now(),
		});
		yield cardOf(state, cardKept(contact.cardObject));
	}
}
