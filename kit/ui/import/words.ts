import { m } from '../i18n/index.ts';
import type { TroubleReason } from './format.ts';

const reasons: Readonly<Record<TroubleReason, () => string>> = {
	unreadable: () => m.import_trouble_unreadable(),
	empty: () => m.import_trouble_empty(),
	'too-big': () => m.import_trouble_too_big(),
	'cut-off': () => m.import_trouble_cut_off(),
};

/** Why something could not be imported. */
export function reasonWords(reason: TroubleReason): string {
	return reasons[reason]();
}

/** A time that is left, as people say it: "40 sec", "3 min". */
export function leftWords(ms: number, locale: string): string {
	const seconds = Math.max(1, Math.round(ms / 1_000));
	const [value, unit] = seconds < 90 ? [seconds, 'second'] : [Math.round(seconds / 60), 'minute'];
	return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}
