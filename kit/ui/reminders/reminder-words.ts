import { speakMinutes, speakTime } from '@mana/time';
import { m } from '../i18n/index.ts';

const DAY = 1_440;

/** What people mostly choose, in minutes before the start. Of whole days the start is midnight: `-540` is 9 in the morning. */
export const usualReminders = {
	timed: [0, 5, 10, 15, 30, 60, 120, DAY, 2 * DAY, 7 * DAY],
	wholeDay: [-540, -480, 360, 900, DAY + 900, 7 * DAY - 540],
} as const satisfies Record<string, readonly number[]>;

/**
 * When a reminder comes, in words: "10 min before", and of whole days "1 day before at 18:00".
 *
 * @param minutes before the start; after it where negative
 */
export function reminderWords(minutes: number, wholeDay: boolean, tag: string): string {
	if (!wholeDay) {
		if (minutes === 0) return m.reminders_at_start();
		const length = speakMinutes(Math.abs(minutes), tag);
		return minutes > 0 ? m.reminders_before({ length }) : m.reminders_after({ length });
	}
	const days = Math.ceil(minutes / DAY);
	const time = speakTime(clockOf(days * DAY - minutes), tag);
	if (days === 0) return m.reminders_same_day({ time });
	return days > 0 ? m.reminders_days_before({ count: days, time }) : m.reminders_days_after({ count: -days, time });
}

function clockOf(minutes: number): string {
	return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
