/** “Berlin (Europe)”; a name without a region, such as `UTC`, stays as it is. */
export function zoneName(zone: string): string {
	const parts = zone.replaceAll('_', ' ').split('/');
	const city = parts.at(-1) ?? zone;
	return parts.length === 1 ? city : `${city} (${parts.slice(0, -1).join(', ')})`;
}
