/** What is wrong with bytes that came from outside. Stable words: they stand in logs and in BYE details. */
export type BadFrameCode =
	| 'truncated' // ends before it is complete
	| 'trailing' // goes on after it is complete
	| 'too-large' // frame, value, key or text above its limit
	| 'too-many' // ops, transactions or preconditions above their limit
	| 'version' // another wire version
	| 'unknown-type' // a frame type this build does not know
	| 'sealed' // an end-to-end encrypted batch: reserved, not readable by this version
	| 'flags' // a flag this version does not know
	| 'bad-number' // a varint beyond the safe integers, or outside its range
	| 'bad-text' // not UTF-8
	| 'bad-value' // a value of an unknown kind, or a number that is not finite
	| 'bad-run'; // run lengths that do not add up

/** Thrown by the decoder for every input that is not a well-formed frame. It never throws anything else. */
export class BadFrame extends Error {
	override readonly name = 'BadFrame';
	readonly code: BadFrameCode;

	constructor(code: BadFrameCode, detail: string) {
		super(`${code}: ${detail}`);
		this.code = code;
	}
}
