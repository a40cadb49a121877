/** The address of a feed as it is kept, of what somebody typed or pasted; `null` for what is none. `webcal:` is what calendars write for `https:`. */
export function feedAddress(typed: string): string | null {
	const text = typed.trim().replace(/^<|>$/g, '');
	const url = URL.parse(/^[a-z][a-z+.-]*:\/\//i.test(text) ? text : `https://${text}`);
	if (!url || !['http:', 'https:', 'webcal:', 'webcals:'].includes(url.protocol) || url.username !== '' || url.password !== '')
		return null;
	// A word alone is no host that anybody meant.
	if (!url.host.includes('.') && !url.host.startsWith('localhost') && !url.host.startsWith('[')) return null;
	return url.href.length <= 2_000 ? url.href : null;
}

/** Where a feed is, for people: without scheme and without what may be secret in it. */
export function hostOf(source: string): string {
	return URL.parse(source.replace(/^webcals?:/i, 'https:'))?.host ?? source;
}
