import { spanText } from '../ranges.ts';
import { type Finding, finding, type Scene } from './scene.ts';

/** What the ranges themselves must hold, or no row could be judged by them. */
export function* soundRanges({ ranges }: Scene): Generator<Finding> {
	const names = new Set<string>();
	for (const range of ranges) {
		if (names.has(range.name))
			yield finding('duplicate-range', [range.name], `Two ranges are named ${range.name}.`, 'Rename one of them.');
		names.add(range.name);
		for (const span of [...range.spans, ...range.reserved])
			if (!(span[0] >= 1 && span[0] <= span[1]))
				yield finding(
					'empty-span',
					[range.name],
					`${range.name} has the span ${span.join('-')}, which holds nothing.`,
					'State it as [from, to], lowest first.',
				);
		for (const slot of range.reserved)
			if (!range.spans.some(([from, to]) => from <= slot[0] && slot[1] <= to))
				yield finding(
					'reserved-outside',
					[range.name],
					`${range.name} reserves ${spanText(slot)}, which is not inside ${range.spans.map(spanText).join(', ')}.`,
					'Reserve numbers of the range only.',
				);
	}
	const spans = ranges.flatMap((range) => range.spans.map((span) => ({ range, span }))).sort((a, b) => a.span[0] - b.span[0]);
	for (const [index, { range, span }] of spans.entries()) {
		const before = spans[index - 1];
		if (before && span[0] <= before.span[1])
			yield finding(
				'range-overlap',
				[before.range.name, range.name],
				`${before.range.name} (${spanText(before.span)}) and ${range.name} (${spanText(span)}) overlap, so a number would have two ranges.`,
				`End ${before.range.name} at ${span[0] - 1}, or begin ${range.name} at ${before.span[1] + 1}.`,
			);
	}
}
