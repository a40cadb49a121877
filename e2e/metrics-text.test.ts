import { expect, test } from 'bun:test';
import { readMetrics } from './metrics-text.ts';

const good = `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{method="GET",path="a \\"b\\" \\\\ c"} 3
requests_total{method="PUT",path=""} 1 1700000000000
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{le="0.5"} 1
seconds_bucket{le="+Inf"} 2
seconds_sum 0.9
seconds_count 2
`;

test('metrics are read with their labels', () => {
	const [requests, seconds] = readMetrics(good);
	expect(requests).toMatchObject({ name: 'requests_total', type: 'counter', help: 'Requests.' });
	expect(requests?.samples[0]).toEqual({ name: 'requests_total', labels: { method: 'GET', path: 'a "b" \\ c' }, value: 3 });
	expect(seconds?.samples.map(({ value }) => value)).toEqual([1, 2, 0.9, 2]);
});

test('each fault is named', () => {
	const faults: readonly (readonly [string, string, string])[] = [
		[
			'requests_total{method="PUT"',
			'requests_total{method="GET",path="a \\"b\\" \\\\ c"} 3\nrequests_total{method="PUT"',
			'there before',
		],
		['# TYPE requests_total counter', '# TYPE requests_total count', 'no type'],
		['# HELP requests_total Requests.\n', '', 'no help'],
		['requests_total{method="PUT",path=""} 1 1700000000000', 'other_total 1', 'does not belong'],
		['method="PUT"', '__method="PUT"', 'no name of a label'],
		['path=""} 1', 'path=""} one', 'no sample'],
		['method="PUT",path', 'method="PUT" path', 'no sample'],
		['seconds_bucket{le="+Inf"} 2\n', '', 'does not end with all'],
		['seconds_bucket{le="0.5"} 1', 'seconds_bucket{le="0.5"} 3', 'shrinks'],
	];
	for (const [from, to, message] of faults) {
		expect(good).toContain(from);
		expect(() => readMetrics(good.replace(from, to)), message).toThrow(message);
	}
	expect(() => readMetrics(good.trimEnd())).toThrow('no end');
});
