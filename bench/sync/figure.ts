/** One measured figure of one engine in one workload. */
export interface Figure {
	readonly name: string;
	readonly value: number;
	readonly unit: Unit;
}

export type Unit = 'ms' | 'ops/s' | 'rows/s' | 'MB' | 'MB/s' | 'B' | 'kB' | 'sockets';

/** Units of which more is better; of all others less is. */
const growing: ReadonlySet<Unit> = new Set<Unit>(['ops/s', 'rows/s', 'MB/s', 'sockets']);

export function moreIsBetter(unit: Unit): boolean {
	return growing.has(unit);
}

/** Rounded for people: three digits that say something, thousands apart. */
export function shown(value: number): string {
	if (!Number.isFinite(value)) return '–';
	if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
	return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/^(\d)\.(\d)0$/, '$1.$20');
}
