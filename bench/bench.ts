/** One measured figure. */
export interface Figure {
	readonly name: string;
	readonly value: number;
	readonly unit: 'ms' | 's' | 'MB' | 'kB' | '/s' | '×';
	/** What issue or design aims at: `<= 5` in the figure's unit. */
	readonly aim?: { readonly most?: number; readonly least?: number };
	/** How it was taken, in a few words. */
	readonly note?: string;
}

/** A group of figures that are taken together, in one run: a bench is one file. */
export interface Bench {
	readonly name: string;
	run(report: (figure: Figure) => void): Promise<void>;
}

/** The value below which a share of the samples lies, e.g. 0.99. Nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
	if (samples.length === 0) throw new Error('No samples.');
	const sorted = samples.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** Whether a figure is where it should be; `null` when nobody said where. */
export function meets({ value, aim }: Figure): boolean | null {
	if (!aim) return null;
	return value <= (aim.most ?? Infinity) && value >= (aim.least ?? -Infinity);
}
