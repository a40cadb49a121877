/** Whether two rows of one collection read the same. */
export function sameRow(a: object, b: object): boolean {
	const left = a as Readonly<Record<string, unknown>>;
	const right = b as Readonly<Record<string, unknown>>;
	for (const name in left) if (!sameValue(left[name], right[name])) return false;
	return true;
}

function sameValue(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((key) => b.has(key));
	if (a instanceof Map && b instanceof Map)
		return a.size === b.size && [...a].every(([key, value]) => sameValue(value, b.get(key)));
	if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, at) => byte === b[at]);
	if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => sameValue(one, b[at]));
	return Object.getPrototypeOf(a) === Object.prototype && sameRow(a, b); // a file, a claim, a document
}
