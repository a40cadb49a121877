import type { RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { live } from '@mana/ui/data/live.svelte';
import { act } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import { type Notification, notifications } from '../model.ts';
import { visibleAt } from './groups.ts';
import { now } from './now.svelte.ts';

/** The inbox of who is here, and what they can do in it; each of it can be undone and is on all devices. Made while a component is made. */
export class Inbox {
	readonly #home: Mana;
	readonly #all: { readonly rows: readonly Notification[] };
	readonly rows: readonly Notification[] = $derived.by(() => visibleAt(this.#all.rows, now.at));
	readonly unread: readonly Notification[] = $derived(this.rows.filter((row) => isUnread(row)));

	constructor(home: Mana) {
		this.#home = home;
		this.#all = live(() => home.query(notifications));
	}

	/** Whether a record is here and was read, put off or thrown away. What is not here is not handled: it may still come. */
	isHandled(id: RecordId): boolean {
		const row = this.#home.get(notifications, id);
		return row !== undefined && !(isUnread(row) && row.deletedAt === null && visibleAt([row], Date.now()).length > 0);
	}

	read(row: Notification): void {
		if (isUnread(row)) this.#mark([row.id], m.hub_inbox_read());
	}

	/** Reads it, or takes that back. */
	toggle(row: Notification): void {
		if (isUnread(row)) this.#mark([row.id], m.hub_inbox_read());
		else act(this.#home, m.hub_inbox_unread(), (tx) => tx.update(notifications, row.id, { readAt: null }));
	}

	readAll(): void {
		this.#mark(
			this.unread.map(({ id }) => id),
			m.hub_inbox_read_all(),
			m.hub_inbox_read_all_done(),
		);
	}

	dismiss(rows: readonly Notification[]): void {
		const ids = rows.map(({ id }) => id);
		act(
			this.#home,
			m.hub_inbox_dismiss(),
			(tx) => {
				for (const id of ids) tx.trash(notifications, id);
			},
			m.hub_inbox_dismissed({ count: ids.length }),
		);
	}

	/** Puts it off; then it is unread again. @param until in milliseconds since 1970 */
	snooze(row: Notification, until: number, said: string): void {
		act(this.#home, m.hub_inbox_snooze(), (tx) => tx.update(notifications, row.id, { snoozedUntil: until, readAt: null }), said);
	}

	#mark(ids: readonly RecordId[], label: string, said?: string): void {
		const at = Date.now();
		act(
			this.#home,
			label,
			(tx) => {
				for (const id of ids) tx.update(notifications, id, { readAt: at });
			},
			said,
		);
	}
}

export function isUnread({ readAt }: Notification): boolean {
	return readAt === null;
}
