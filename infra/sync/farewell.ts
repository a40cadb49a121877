import { type ByeCode, encodeFrame } from '@mana/sync';

/** Ends a conversation: the BYE that the client is sent before its connection closes. */
export class Farewell extends Error {
	override readonly name = 'Farewell';
	readonly code: ByeCode;
	readonly detail: string;
	readonly retryAfterMs: number | null;

	/** @param retryAfterMs when to come back; `null`: not before something was done about the reason */
	constructor(code: ByeCode, detail: string, retryAfterMs: number | null = null) {
		super(`${code}: ${detail}`);
		this.code = code;
		this.detail = detail;
		this.retryAfterMs = retryAfterMs;
	}

	frame(): Uint8Array<ArrayBuffer> {
		const { code, detail, retryAfterMs } = this;
		return encodeFrame({ type: 'bye', code, detail, retryAfterMs }) as Uint8Array<ArrayBuffer>;
	}
}
