/** Whether two rights see the same apps; `null`: all of them. */
export function sameReach(
	a: { readonly apps: readonly number[] | null },
	b: { readonly apps: readonly number[] | null },
): boolean {
	return `${a.apps}` === `${b.apps}`; // both ascend
}
