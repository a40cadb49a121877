import type { RandomBytes } from '@mana/service';

/** 32 hexadecimal digits of a message, a delivery or a channel. */
export function newId(random: RandomBytes): string {
	return Buffer.from(random(new Uint8Array(16))).toString('hex');
}
