/** What a request of IndexedDB answers. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.addEventListener('success', () => resolve(request.result));
		request.addEventListener('error', () => reject(request.error as DOMException));
	});
}

/** Settles when a transaction is over. Rejects with what ended it: a request that failed, no room, or `abort`. */
export function over(tx: IDBTransaction): Promise<void> {
	return new Promise((resolve, reject) => {
		tx.addEventListener('complete', () => resolve());
		tx.addEventListener('abort', () => reject(tx.error ?? new DOMException('It was aborted.', 'AbortError')));
	});
}
