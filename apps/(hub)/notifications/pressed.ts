import { goto } from '$app/navigation';
import { isRecordId } from '@mana/model';
import { act, today, toast } from '@mana/ui';
import type { Mana } from '@mana/sync/client/api';
import type { SpaceChoice } from '@mana/ui/data/spaces.svelte';
import { loadWords, m } from '@mana/ui/i18n';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import type { AppManifest } from '@mana/ui/shell/manifest';
import { type Pressed, takePressed } from '@mana/ui/shell/pressed';
import { spaceOf } from '@mana/sync/spaces';
import { type Notification, notifications } from '../model.ts';
import { hourMs } from './snooze.ts';

/** What pages do about pressed buttons, with whom and where. */
export interface PressedParts {
	/** The inbox's store: one's own. */
	readonly home: Mana;
	readonly apps: readonly AppManifest[];
	readonly choice: SpaceChoice;
}

/** Does what was pressed on notifications, once their records are here: a push may be faster than them. */
export async function doPressed(parts: PressedParts): Promise<void> {
	const taken = await takePressed(Date.now());
	await loadWords(['hub']);
	for (const pressed of taken) {
		const row = await arrived(parts.home, pressed);
		if (pressed.act === 'later') later(parts.home, row);
		else await done(parts, row);
	}
}

/** Resolves with the record, now or when it comes. */
function arrived(home: Mana, { about }: Pressed): Promise<Notification> {
	return new Promise((resolve) => {
		if (!isRecordId(about)) return;
		const found = home.query(notifications, { where: ({ id }) => id === about });
		let stop: () => void = () => undefined;
		const look = (): void => {
			const [row] = found.rows;
			if (!row) return;
			stop();
			resolve(row);
		};
		stop = found.subscribe(look);
		look();
	});
}

function later(home: Mana, { id }: Notification): void {
	const until = Date.now() + hourMs;
	const draft = { snoozedUntil: until, readAt: null };
	act(
		home,
		m.hub_inbox_snooze(),
		(tx) => tx.update(notifications, id, draft),
		m.hub_inbox_snoozed({ when: today.moment(until) }),
	);
}

/** Finishes what it is about in whichever space that is, and reads it; what is nowhere on this device is opened instead. */
async function done({ home, apps, choice }: PressedParts, row: Notification): Promise<void> {
	const finish = (await apps.find(({ id }) => id === row.app)?.finish?.())?.finish;
	let isDone = (await finish?.(home, row.link, preferences.timeZone)) ?? false;
	for (const space of choice.mine) {
		const id = isDone ? null : spaceOf(space);
		const shared = id === null ? null : await choice.spaces?.open(id);
		if (shared) isDone = (await finish?.(shared, row.link, preferences.timeZone)) ?? false;
	}
	if (isDone) act(home, m.hub_inbox_read(), (tx) => tx.update(notifications, row.id, { readAt: Date.now() }));
	else {
		toast({ text: m.hub_inbox_not_here(), detail: m.hub_inbox_not_here_text() });
		await goto(row.link || '/notifications');
	}
}
