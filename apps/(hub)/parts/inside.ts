/**
 * Whether an address that somebody else may have written leads to a page of this house, as the browser reads it: it leaves out tabs and
 * line feeds, and takes "\\" for "/" (URL Standard §4.4).
 */
export function isInside(path: string): boolean {
	const house = 'https://house.invalid';
	return path.startsWith('/') && URL.parse(path, house)?.origin === house;
}
