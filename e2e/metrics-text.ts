/** One value of a metric with its labels. */
export interface Sample {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** A metric: its samples under one name, for a histogram those of its buckets, sum and count too. */
export interface Family {
	readonly name: string;
	readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
	readonly help: string;
	readonly samples: readonly Sample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
const label = /([^=,{}\s]+)="((?:[^"\\\n]|\\[\\"n])*)"/y;

/**
 * Reads Prometheus' text format (version 0.0.4), strictly: each metric has help and type before its samples and stands in one place, no
 * series comes twice, a histogram's buckets grow up to its count.
 *
 * @throws Error that names the line
 */
export function readMetrics(text: string): Family[] {
	if (!text.endsWith('\n')) throw new Error('The last line has no end.');
	const families = new Map<string, Family & { samples: Sample[] }>();
	const helps = new Map<string, string>();
	const series = new Set<string>();
	let open = '';
	for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
		const fail = (why: string): never => {
			throw new Error(`Line ${index + 1} (${line}): ${why}`);
		};
		const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
		if (keyword === 'HELP') helps.set(name, rest);
		else if (keyword === 'TYPE') {
			const type = types.find((known) => known === rest) ?? fail(`there is no type "${rest}".`);
			if (families.has(name)) fail('this metric was there before.');
			if (!metricName.test(name)) fail('this is no name of a metric.');
			const help = helps.get(name) || fail('it has no help.');
			families.set(name, { name, type, help, samples: [] });
			open = name;
		} else if (line !== '' && !line.startsWith('#')) {
			const sample = readSample(line) ?? fail('this is no sample.');
			const family = families.get(open);
			if (!family || !belongs(sample.name, family)) fail(`it does not belong to "${open}".`);
			for (const own of Object.keys(sample.labels)) if (!labelName.test(own)) fail(`"${own}" is no name of a label.`);
			const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
			if (series.has(key)) fail('this series was there before.');
			series.add(key);
			family?.samples.push(sample);
		}
	}
	for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
	return [...families.values()];
}

function belongs(name: string, { name: family, type }: Family): boolean {
	const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'summary' ? ['', '_sum', '_count'] : [''];
	return suffixes.some((suffix) => name === family + suffix);
}

function readSample(line: string): Sample | null {
	const [, name = '', inside, number = ''] = /^([^\s{]+)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/.exec(line) ?? [];
	const value = number === '+Inf' ? Infinity : number === '-Inf' ? -Infinity : Number(number);
	if (!metricName.test(name) || number === '' || (Number.isNaN(value) && number !== 'NaN')) return null;
	const labels: Record<string, string> = {};
	for (let at = 0; at < (inside?.length ?? 0);) {
		label.lastIndex = at;
		const found = label.exec(inside ?? '');
		if (!found || labels[found[1] ?? ''] !== undefined) return null;
		labels[found[1] ?? ''] = (found[2] ?? '').replaceAll(/\\([\\"n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
		at = label.lastIndex;
		if (inside?.[at] === ',') at++;
		else if (at < (inside?.length ?? 0)) return null;
	}
	return { name, labels, value };
}

/** Every series of buckets ends with `+Inf`, which is its count, and never shrinks. */
function checkHistogram({ name, samples }: Family): void {
	const without = ({ labels }: Sample) =>
		JSON.stringify(
			Object.entries(labels)
				.filter(([own]) => own !== 'le')
				.sort(),
		);
	for (const count of samples.filter((sample) => sample.name === `${name}_count`)) {
		const buckets = samples.filter((sample) => sample.name === `${name}_bucket` && without(sample) === without(count));
		const last = buckets.at(-1);
		if (last?.labels['le'] !== '+Inf' || last.value !== count.value)
			throw new Error(`${name} does not end with all that it counted.`);
		for (const [index, bucket] of buckets.entries())
			if (bucket.value < (buckets[index - 1]?.value ?? 0)) throw new Error(`${name} shrinks at le="${bucket.labels['le']}".`);
	}
}
