import { addDays, addMonths, type Day } from '@mana/time';

/** Goes from one day to another with the arrows, as in every calendar: weeks up and down, months by Page Up and Page Down. */
export function dayKeys(event: KeyboardEvent, day: Day, go: (day: Day) => void): void {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const to = dayBy(event.key, day);
	if (to === null) return;
	event.preventDefault();
	go(to);
}

function dayBy(key: string, day: Day): Day | null {
	const sideways = document.dir === 'rtl' ? -1 : 1;
	switch (key) {
		case 'ArrowLeft':
			return addDays(day, -sideways);
		case 'ArrowRight':
			return addDays(day, sideways);
		case 'ArrowUp':
			return addDays(day, -7);
		case 'ArrowDown':
			return addDays(day, 7);
		case 'PageUp':
			return addMonths(day, -1);
		case 'PageDown':
			return addMonths(day, 1);
		case 'Home':
			return `${day.slice(0, 8)}01`;
		case 'End':
			return addDays(addMonths(`${day.slice(0, 8)}01`, 1), -1);
		default:
			return null;
	}
}
