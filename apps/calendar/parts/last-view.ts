import { isView, type ViewName } from '../views.ts';

const key = 'mana.calendar.view';

/** The view that was looked at last on this device; a phone begins with the agenda, where there is room with the week. */
export function lastView(phone: boolean): ViewName {
	const kept = localStorage.getItem(key) ?? undefined;
	return isView(kept) ? kept : phone ? 'agenda' : 'week';
}

export function rememberView(view: ViewName): void {
	localStorage.setItem(key, view);
}
