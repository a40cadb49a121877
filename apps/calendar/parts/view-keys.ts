import type { ViewName } from '../views.ts';

/** The key that leads to a view: the first letter of its name, how many days it shows, and for a quarter, whose letter is that of quick add, V. */
export function keyOf(view: ViewName): string {
	return view === 'quarter' ? 'v' : view[0]!;
}
