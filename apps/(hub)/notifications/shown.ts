import { isRecordId, type RecordId } from '@mana/model';

/**
 * Takes what the browser shows away when it was read, put off or thrown away elsewhere.
 * What is asked about is asked once the browser has said what it shows: in between, something new may have come.
 *
 * @param isHandled whether the record that a shown one is about is here, and no longer unread. One that is not here yet is not handled: a
 *                  push may be faster than the record
 */
export async function closeShown(isHandled: (about: RecordId) => boolean): Promise<void> {
	if (!('serviceWorker' in navigator) || !('Notification' in globalThis)) return;
	const registration = await navigator.serviceWorker.getRegistration();
	for (const shown of (await registration?.getNotifications()) ?? [])
		if (isRecordId(shown.tag) && isHandled(shown.tag)) shown.close();
}
