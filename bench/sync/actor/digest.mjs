/**
 * A name for a state that does not depend on the order in which an engine lists it: how many cells, and the sum of their hashes.
 *
 * @param {Iterable<[row: number, field: string, value: unknown]>} cells
 */
export function digestOf(cells) {
	let count = 0;
	let low = 0;
	let high = 0;
	for (const [row, field, value] of cells) {
		if (value === null || value === undefined) continue;
		const text = `${row}/${field}/${typeof value === 'number' ? 'n' : 's'}${value}`;
		low = (low + hash(text, 0x811c9dc5)) >>> 0;
		high = (high + hash(text, 0x9747b28c)) >>> 0;
		count++;
	}
	return `${count}:${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
}

/** FNV-1a over UTF-16 units, with a last mix (MurmurHash3's finaliser), since sums of bare FNV collide easily. */
function hash(text, seed) {
	let value = seed;
	for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
	value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
	value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
	return (value ^ (value >>> 16)) >>> 0;
}
