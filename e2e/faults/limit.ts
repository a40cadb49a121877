/** Waits for `work`, but no longer than `ms`. @throws an error that names `what` when it takes longer */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
	const { promise, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms.`)), ms);
	try {
		return await Promise.race([work, promise]);
	} finally {
		clearTimeout(timer);
	}
}
