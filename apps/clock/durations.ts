/** A length as a clock shows it: `4:59`, `1:04:59`; `-0:10` for what is over. Parts of a second that is not over yet count as a whole one. */
export function clockLength(ms: number): string {
	const seconds = Math.abs(Math.ceil(ms / 1_000));
	const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
	const two = (part: number) => String(part).padStart(2, '0');
	return `${ms < 0 && seconds > 0 ? '-' : ''}${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}`;
}

/** What a stopwatch shows: `1:02.34`, without the hundredths that nobody can read above an hour. */
export function stopwatchLength(ms: number): string {
	const [h, m] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
	const two = (part: number) => String(part).padStart(2, '0');
	const s = two(Math.floor(ms / 1_000) % 60);
	return h > 0 ? `${h}:${two(m)}:${s}` : `${m}:${s}.${two(Math.floor(ms / 10) % 100)}`;
}

/** A length in words, as short as it stays clear: `1 hr, 30 min`, `45 sec`; `0 min` for nothing. @param tag BCP 47 */
export function spokenLength(ms: number, tag: string): string {
	const seconds = Math.round(ms / 1_000);
	const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
	const parts = [
		...(h > 0 ? [unit(h, 'hour', tag)] : []),
		...(m > 0 || seconds === 0 ? [unit(m, 'minute', tag)] : []),
		...(s > 0 && h === 0 ? [unit(s, 'second', tag)] : []),
	];
	return new Intl.ListFormat(tag, { type: 'unit', style: 'short' }).format(parts);
}

function unit(count: number, name: 'hour' | 'minute' | 'second', tag: string): string {
	return new Intl.NumberFormat(tag, { style: 'unit', unit: name, unitDisplay: 'short' }).format(count);
}
