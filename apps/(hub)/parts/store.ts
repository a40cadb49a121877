import type { Mana } from '@mana/sync/client/api';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import type { Who } from '@mana/ui/session/session.svelte';

export function openStore(_who: Who): Promise<Mana> {
	return Promise.resolve(openMemoryMana());
}

export function wipeStore(_who: Who): Promise<void> {
	return Promise.resolve();
}
