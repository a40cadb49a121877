import { m } from '@mana/ui/i18n';

/** What a kind of file is called. */
export function formatWords(id: string): string {
	return id === 'csv' ? m.calendar_file_csv() : 'iCalendar (.ics)';
}

/** What a kind of file is good for. */
export function exportHint(id: string): string {
	return id === 'csv' ? m.calendar_file_csv_hint() : m.calendar_file_ics_hint();
}
