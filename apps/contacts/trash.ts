import type { RecordId } from '@mana/model';
import { type AppTrash, trashKind } from '@mana/shared/trash';
import { m } from '@mana/ui/i18n';
import { details, encounters, groups, people, views } from './model.ts';
import { encounterKindName, nameOrWord } from './words.ts';

/** What of this app is shown in the trash. */
export const trash: AppTrash = {
	kinds: [
		trashKind(people, m.contacts_contact, {
			title: nameOrWord,
			// Who was merged into somebody else is a contact of its own again.
			back(id, tx) {
				if (tx.get(people, id)?.mergedInto) tx.update(people, id, { mergedInto: null });
			},
			// Encounters with nobody else: those with others are theirs as well.
			goesToo: (gone, mana) =>
				mana
					.query(encounters, { where: (one) => one.people.size > 0 && [...one.people].every((id) => gone.has(id as RecordId)) })
					.rows.map(({ id }) => ({ collection: encounters, id })),
		}),
		trashKind(groups, m.contacts_group, { title: ({ name }) => name || m.contacts_no_name() }),
		trashKind(views, m.contacts_list, { title: ({ name }) => name || m.contacts_no_name() }),
		trashKind(encounters, m.contacts_encounter, {
			title: ({ note, kind }) => note.trim().split('\n')[0] || encounterKindName(kind),
		}),
	],
	collections: [details],
};
