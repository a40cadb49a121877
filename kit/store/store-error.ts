/** What went wrong in a store; stable, so that callers and people can look it up. */
export type StoreErrorCode =
	| 'store-blob-invalid'
	| 'store-busy'
	| 'store-config-invalid'
	| 'store-corrupt'
	| 'store-migration-changed'
	| 'store-migration-failed'
	| 'store-migration-missing'
	| 'store-newer-than-code'
	| 'store-tool-missing'
	| 'store-unreachable'
	| 'store-unwritable';

/** Refused or failed: `message` says what happened and what to do about it. */
export class StoreError extends Error {
	override readonly name = 'StoreError';
	readonly code: StoreErrorCode;

	constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
