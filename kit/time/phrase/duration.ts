/** A length of time that was found in a line. */
export interface SpokenDuration {
	readonly ms: number;
	/** Half-open range in UTF-16 units. */
	readonly start: number;
	readonly end: number;
}

/** How hours, minutes and seconds are called in English, German, French, Spanish and Italian; none of them means two of these. */
const UNITS = [
	{ ms: 3_600_000, words: 'hours?|hrs?|h|stunden?|std|heures?|horas?|ore|ora' },
	{ ms: 60_000, words: 'minutes?|mins?|m|minuten?|minutos?|minuti|minuto|min' },
	{ ms: 1_000, words: 'seconds?|secs?|s|sekunden?|sek|secondes?|segundos?|secondi|secondo|sec' },
] as const;

const AMOUNT = String.raw`(?:\d{1,5}(?:[.,]\d{1,2})?|half an|eine halbe|an?|eine[nr]?|une?|una)`;
const PART = String.raw`(${AMOUNT})\s?(?:(${UNITS[0].words})|(${UNITS[1].words})|(${UNITS[2].words}))\.?`;
const AND = String.raw`\s*(?:,|and|und|et|y|e)?\s*`;
const PARTS = new RegExp(String.raw`(?<![\p{L}\p{N}:.,])${PART}(?:${AND}${PART}){0,2}(?![\p{L}\p{N}:])`, 'iu');
const EACH = new RegExp(String.raw`${PART}(?!\p{L})`, 'giu');
/** `1:30:00`, `12:30`: with two numbers minutes and seconds, as on a kitchen timer. */
const COLONS = /(?<![\p{L}\p{N}:.])(?:(\d{1,2}):)?(\d{1,3}):(\d\d)(?![\p{L}\p{N}:])/u;

/**
 * The first length of time in a line: `5 min`, `1h 30m`, `1,5 Stunden`, `eine halbe Stunde`, `12:30`.
 *
 * @returns `null` where there is none, or one of no length
 */
export function readDuration(line: string): SpokenDuration | null {
	const spoken = PARTS.exec(line);
	if (spoken) {
		let ms = 0;
		for (const [, amount, hours, minutes] of spoken[0].matchAll(EACH))
			ms += amountOf(amount!) * UNITS[hours ? 0 : minutes ? 1 : 2].ms;
		return found(ms, spoken);
	}
	const colons = COLONS.exec(line);
	if (!colons) return null;
	const [h, m, s] = [Number(colons[1] ?? 0), Number(colons[2]), Number(colons[3])];
	return s > 59 ? null : found(((h * 60 + m) * 60 + s) * 1_000, colons);
}

function amountOf(text: string): number {
	if (/^\d/.test(text)) return Number(text.replace(',', '.'));
	return /half|halbe/i.test(text) ? 0.5 : 1;
}

function found(ms: number, { index, 0: text }: RegExpExecArray): SpokenDuration | null {
	return ms < 1 ? null : { ms: Math.round(ms), start: index, end: index + text.length };
}
