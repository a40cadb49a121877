/** Fills the array it is given with random bytes and returns it. */
export type RandomBytes = <Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes) => Bytes;

export const systemRandom: RandomBytes = (bytes) => crypto.getRandomValues(bytes);

/** A number in [0,1). */
export function fraction(random: RandomBytes): number {
	return new DataView(random(new Uint8Array(4)).buffer).getUint32(0) / 2 ** 32;
}
