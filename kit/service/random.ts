/** Fills the array it is given with random bytes and returns it. */
export type RandomBytes = <Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes) => Bytes;

export const systemRandom: RandomBytes = (bytes) => {
	crypto.getRandomValues(bytes);
	return bytes;
};
