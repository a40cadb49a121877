/** What is hidden from now on, so that of all that is listed exactly what a set shows is shown; what is not listed here stays as it is. */
export function hiddenBy(
	shown: ReadonlySet<string>,
	listed: readonly string[],
	hidden: ReadonlySet<string>,
): { readonly add: readonly string[]; readonly remove: readonly string[] } {
	return {
		add: listed.filter((id) => !shown.has(id) && !hidden.has(id)),
		remove: listed.filter((id) => shown.has(id) && hidden.has(id)),
	};
}

/** Whether of all that is listed exactly what a set shows is shown. */
export function isShown(shown: ReadonlySet<string>, listed: readonly string[], hidden: ReadonlySet<string>): boolean {
	return listed.every((id) => shown.has(id) !== hidden.has(id));
}
