const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size as people say it: "17 bytes", "12 kB", "3.4 MB". */
export function speakBytes(bytes: number, locale: string): string {
	const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
	const value = bytes / 1000 ** step;
	return new Intl.NumberFormat(locale, {
		style: 'unit',
		unit: units[step] ?? 'byte',
		unitDisplay: step === 0 ? 'long' : 'short',
		maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
	}).format(value);
}
