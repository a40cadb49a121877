import type { Value } from '@mana/model';

/** 64 bits of a hash that is being made. Two lanes of MurmurHash3's mixing step (Appleby, public domain). Not against attackers. */
export interface Lanes {
	low: number;
	high: number;
}

export function newLanes(): Lanes {
	return { low: 0x9e3779b9 | 0, high: 0x85ebca6b | 0 };
}

export function mixValue(lanes: Lanes, value: Value): void {
	if (typeof value === 'number') mixNumber(lanes, value);
	else if (typeof value === 'string') mixText(lanes, value);
	else if (value instanceof Uint8Array) {
		mix(lanes, value.length + 7);
		for (const byte of value) mix(lanes, byte);
	} else mix(lanes, value === null ? 1 : value ? 2 : 3);
}

export function mixText(lanes: Lanes, text: string): void {
	mix(lanes, text.length);
	for (let i = 0; i < text.length; i++) mix(lanes, text.charCodeAt(i));
}

const view = new DataView(new ArrayBuffer(8));

export function mixNumber(lanes: Lanes, value: number): void {
	view.setFloat64(0, value);
	mix(lanes, view.getInt32(0));
	mix(lanes, view.getInt32(4));
}

export function mix(lanes: Lanes, word: number): void {
	let k = Math.imul(word, 0xcc9e2d51);
	k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
	const low = lanes.low ^ k;
	const high = lanes.high ^ Math.imul(k, 0x2545f491);
	lanes.low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
	lanes.high = (Math.imul((high << 11) | (high >>> 21), 9) + 0x38495ab5) | 0;
}

/** What a lane comes to: a whole number below 2^32. */
export function finish(lane: number): number {
	let hash = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
