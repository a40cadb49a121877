import { type Day, dayAt } from '@mana/time';
import type { Notification } from '../model.ts';

/** What came from one app on one day, the newest first. */
export interface NotificationGroup {
	readonly key: string;
	readonly day: Day;
	/** The app's id. */
	readonly app: string;
	readonly rows: readonly Notification[];
}

/** What is to be seen now: not what was put off, and what was put off stands where it comes again. The newest first. */
export function visibleAt(rows: readonly Notification[], now: number): Notification[] {
	return rows
		.filter(({ snoozedUntil }) => (snoozedUntil ?? 0) <= now)
		.sort((a, b) => timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1));
}

/** When it came, or came again, in milliseconds since 1970. */
export function timeOf({ at, snoozedUntil, createdAt }: Notification): number {
	return Math.max(at ?? createdAt ?? 0, snoozedUntil ?? 0);
}

/** Days, and within them apps, in the order of the newest of each. @param rows the newest first */
export function grouped(rows: readonly Notification[], zone: string): NotificationGroup[] {
	const groups = Map.groupBy(rows, (row) => `${dayAt(timeOf(row), zone)} ${row.app}`);
	const listed = [...groups].map(([key, own]): NotificationGroup => {
		const [day = '', app = ''] = key.split(' ');
		return { key, day, app, rows: own };
	});
	// A later app of the same day stays within its day.
	return listed.sort((a, b) => (a.day === b.day ? 0 : a.day < b.day ? 1 : -1));
}
