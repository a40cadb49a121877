import type { StorageFacts } from '@mana/sync/client/bundle';

/** How much of this device Mana takes and may take; `null` where the browser does not tell (it does on secure origins only). */
export async function storageFacts(): Promise<StorageFacts | null> {
	if (!navigator.storage) return null;
	const { usage, quota } = await navigator.storage.estimate();
	return { usedBytes: usage ?? null, quotaBytes: quota ?? null, lasting: await navigator.storage.persisted() };
}
