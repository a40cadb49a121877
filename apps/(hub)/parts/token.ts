/**
 * A token from the address's fragment, where no server and no log sees it, or from a pasted link.
 *
 * @param text a link, a fragment as `#token=…`, or the token itself
 */
export function tokenIn(text: string): string {
	const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text;
	return new URLSearchParams(fragment).get('token') ?? (fragment.includes('=') ? '' : fragment.trim());
}
