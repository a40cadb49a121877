/** Sizes that both ends enforce (sync.md §6.2). A client that keeps them is never cut off for size. */
export const limits = {
	/** Bytes of one frame, header included. */
	frameBytes: 1024 * 1024,
	/** Ops of one push, and therefore of one transaction. */
	pushOps: 4096,
	/** Transactions of one push; also how many decisions the server remembers for a device, so keep no more of them in flight. */
	pushTransactions: 4096,
	/** Upper bound that `boundOf` may give for one transaction, so that it always fits a frame. */
	transactionBytes: 960 * 1024,
	/** UTF-8 bytes of a register's key. */
	keyBytes: 256,
	/** Bytes of the name of a channel, and of what somebody says in it; and how many say something in one frame. */
	channelBytes: 128,
	presenceBytes: 1024,
	presenceValues: 256,
	/** Into how many parts the records of a collection are divided to find what differs. */
	buckets: 256,
	/** Bytes of a token, a name, a reason. */
	textBytes: 8 * 1024,
	/** Records that one transaction may have preconditions on. */
	preconditions: 256,
	/** Windows, or collections, of a scope. */
	scopeParts: 1024,
	/** Records that a scope names beside its windows, and that one MOVE names. */
	scopeRecords: 4096,
} as const;
