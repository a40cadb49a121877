import { m } from '@mana/ui/i18n';
import type { Shortcut } from '@mana/ui/shell/shortcuts.svelte';
import type { Contacts } from '../contacts.svelte.ts';
import type { Contact } from '../model.ts';

/** What keys do with the row in focus, beyond what every list does with arrows, Space and Enter. */
export function listShortcuts(contacts: Contacts): Shortcut[] {
	const chosen = (): readonly Contact[] => contacts.focused?.chosen() ?? [];
	const when = (): boolean => Boolean(document.activeElement?.closest('[data-row]')) && chosen().length > 0;
	return [
		{ keys: 'e', name: m.contacts_keys_edit, run: () => contacts.focused?.open(chosen()[0]!.id), when },
		{ keys: 's', name: m.contacts_keys_star, run: () => contacts.toggleStar(chosen()), when },
	];
}
