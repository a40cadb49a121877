import Archive from '@lucide/svelte/icons/archive';
import Download from '@lucide/svelte/icons/download';
import Pencil from '@lucide/svelte/icons/pencil';
import Star from '@lucide/svelte/icons/star';
import Trash from '@lucide/svelte/icons/trash-2';
import Merge from '@lucide/svelte/icons/merge';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';
import { goto } from '$app/navigation';
import type { RecordId } from '@mana/model';
import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import type { Contacts } from '../contacts.svelte.ts';
import type { Contact } from '../model.ts';

/** The menu of one or several contacts. */
export function contactItems(
	contacts: Contacts,
	chosen: readonly Contact[],
	{ edit, merge }: { readonly edit: () => void; readonly merge: () => void },
): MenuItem[] {
	const ids = chosen.map(({ id }) => id);
	const starred = chosen.every((contact) => contact.starred);
	return [
		...(chosen.length === 1 ? [{ name: m.contacts_edit(), icon: Pencil, shortcut: 'e', run: edit }] : []),
		{
			name: starred ? m.contacts_unstar() : m.contacts_star(),
			icon: Star,
			shortcut: 's',
			run: () => contacts.toggleStar(chosen),
		},
		{ name: m.contacts_groups(), icon: Users, items: groupItems(contacts, chosen), disabled: contacts.groups.length === 0 },
		...(chosen.length > 1 ? [{ name: m.contacts_merge(), icon: Merge, run: merge }] : []),
		{ name: m.contacts_export_chosen(), icon: Download, run: () => exportChosen(contacts, ids) },
		...(chosen.length === 1 && contacts.isHome
			? [
					{
						name: m.contacts_me(),
						icon: UserRound,
						checked: contacts.me === ids[0],
						run: () => contacts.choose({ me: contacts.me === ids[0] ? null : ids[0]! }),
					},
				]
			: []),
		{
			name: chosen.every(({ archived }) => archived) ? m.contacts_unarchive() : m.contacts_archive(),
			icon: Archive,
			separated: true,
			run: () => contacts.toggleArchive(chosen),
		},
		{
			name: m.contacts_delete(),
			icon: Trash,
			shortcut: 'delete',
			tone: 'danger',
			run: () => void contacts.trash(ids),
		},
	];
}

/** Goes to the export with these chosen. */
export function exportChosen(contacts: Contacts, ids: readonly RecordId[]): void {
	contacts.exporting = ids;
	void goto('/contacts/export?what=chosen');
}

/** The groups, those that all chosen contacts are in with a check. */
export function groupItems(contacts: Contacts, chosen: readonly Contact[]): MenuItem[] {
	return contacts.groups.map((group) => ({
		name: group.name,
		checked: chosen.length > 0 && chosen.every((contact) => contact.groups.has(group.id)),
		run: () => contacts.toggleGroup(chosen, group),
	}));
}
