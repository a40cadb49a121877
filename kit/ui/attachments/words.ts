import { m } from '../i18n/index.ts';

/** Why the server did not take a file, by its stable code, and what to do. */
const refusals: Readonly<Record<string, () => string>> = {
	'space-full': () => m.attachments_space_full(),
	'person-full': () => m.attachments_person_full(),
	'disk-full': () => m.attachments_disk_full(),
	forbidden: () => m.attachments_forbidden(),
	archived: () => m.attachments_archived(),
	'unknown-space': () => m.attachments_no_member(),
	lost: () => m.attachments_lost(),
};

/** Why a file is not sent, in the person's language; the server's own sentence where we have none. */
export function refusalWords({ code, detail }: { readonly code: string; readonly detail: string }): string {
	return (Object.hasOwn(refusals, code) ? refusals[code]!() : null) ?? detail;
}

/** Why a file could not be attached. */
export function addingWords(error: unknown): string {
	const name = error instanceof Error ? error.name : '';
	if (name === 'StorageFailed') return m.attachments_no_room();
	if (name === 'NotReadableError' || name === 'NotFoundError') return m.attachments_unreadable();
	return error instanceof Error ? error.message : String(error);
}

/** Why a file cannot be opened. */
export function openingWords(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'Arriving') return m.attachments_arriving_long();
	if (error.name === 'Refused') return refusalWords({ code: (error as { code?: string }).code ?? '', detail: error.message });
	if (error.name === 'SignedOut') return m.attachments_signed_out();
	return m.attachments_unreachable();
}

/** How far something is: “34 %”. */
export function speakPart(bytes: number, size: number, locale: string): string {
	return new Intl.NumberFormat(locale, { style: 'percent' }).format(size === 0 ? 1 : Math.min(1, bytes / size));
}
