/** `P1DT2H` in ms (RFC 5545 §3.3.6); `null` when it is none. */
export function durationMs(value: string | undefined): number | null {
	const match = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec((value ?? '').trim());
	if (!match) return null;
	const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
	const ms = ((((weeks! * 7 + days!) * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1_000;
	return match[1] === '-' ? -ms : ms;
}

/** Whole seconds as a duration is written: `-PT15M`, `P1DT30M`, `PT0S`. */
export function durationOf(seconds: number): string {
	const sign = seconds < 0 ? '-' : '';
	const all = Math.abs(Math.round(seconds));
	const [days, hours, minutes, rest] = [
		Math.floor(all / 86_400),
		Math.floor(all / 3_600) % 24,
		Math.floor(all / 60) % 60,
		all % 60,
	];
	if (all === 0) return 'PT0S';
	const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${rest ? `${rest}S` : ''}`;
	return `${sign}P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
}
