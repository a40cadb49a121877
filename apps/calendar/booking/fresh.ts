import { m } from '@mana/ui/i18n';
import type { OwnPage } from '../outside/api.ts';

/** A page as it is offered to somebody who makes one: half an hour on workdays, from tomorrow on. */
export function freshPage(): OwnPage {
	return {
		id: '',
		name: '',
		title: m.calendar_booking_usual_title(),
		text: '',
		place: '',
		on: true,
		lastDay: null,
		lengths: [30],
		hours: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
		zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
		before: 0,
		after: 0,
		notice: 720,
		horizon: 30,
		perDay: 0,
		questions: [],
		calendars: null,
		calendar: null,
	};
}
