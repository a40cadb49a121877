import type { SigningKey } from '@mana/ui/administration/api';

/** A key that nobody has given yet. */
export const emptyKey: SigningKey = { team: '', id: '', pem: '' };

/** Whether nothing of a key was given. */
export function isEmpty({ team, id, pem }: SigningKey): boolean {
	return `${team}${id}${pem}`.trim() === '';
}

/** A key as it was typed, tidied: the two ids are in capital letters. */
export function keyIn({ team, id, pem }: SigningKey): SigningKey {
	return { team: team.trim().toUpperCase(), id: id.trim().toUpperCase(), pem: pem.trim() };
}
