import { type Mana, openMemoryMana } from '@mana/sync/client';
import type { Who } from '@mana/ui/session/session.svelte';

export function openStore(_who: Who): Promise<Mana> {
	return Promise.resolve(openMemoryMana());
}

export function wipeStore(_who: Who): Promise<void> {
	return Promise.resolve();
}
