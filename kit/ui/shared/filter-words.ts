import type { FilterProblem } from '@mana/shared/filter';
import { m } from '../i18n/index.ts';

/** What is wrong with a filter, and what to do. */
export function filterProblemWords(problem: FilterProblem, sorts: readonly string[]): string {
	const text = 'text' in problem ? problem.text : '';
	return {
		'open-parenthesis': m.shared_filter_open_parenthesis,
		'lone-parenthesis': m.shared_filter_lone_parenthesis,
		'open-quote': m.shared_filter_open_quote,
		'missing-operand': m.shared_filter_missing_operand,
		'sort-inside': m.shared_filter_sort_inside,
		'too-deep': m.shared_filter_too_deep,
		'unknown-key': () => m.shared_filter_unknown_key({ text }),
		'unknown-value': () => m.shared_filter_unknown_value({ text }),
		'unknown-name': () => m.shared_filter_unknown_name({ text }),
		'unknown-sort': () => m.shared_filter_unknown_sort({ text, known: sorts.join(', ') }),
	}[problem.code]();
}
