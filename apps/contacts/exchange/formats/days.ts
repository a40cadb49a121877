import { field } from '@mana/model';

/**
 * A day as tables have it, `YYYY-MM-DD` or without its year `--MM-DD`; `null` where it is none. Of `4/7/1990` nobody can know which is the month,
 * so it is read as Outlook writes it in English; one that can only be a day (`23.11.1990`, `23/11/1990`) is taken for it.
 */
export function dayFrom(text: string): string | null {
	const iso = /^(\d{4}|-)-(\d{1,2})-(\d{1,2})/.exec(text.trim());
	if (iso) return whole(iso[1]!, iso[2]!, iso[3]!);
	const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?$/.exec(text.trim());
	if (dotted) return whole(dotted[3] ?? '-', dotted[2]!, dotted[1]!);
	const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim());
	if (!slashed) return null;
	return whole(slashed[3]!, slashed[1]!, slashed[2]!) ?? whole(slashed[3]!, slashed[2]!, slashed[1]!);
}

function whole(year: string, month: string, day: string): string | null {
	const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	// Outlook writes a day of long ago where there is none.
	return field.isPartialDay(text) && year !== '0000' ? text : null;
}
