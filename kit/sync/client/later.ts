import type { Environment } from './environment.ts';

/**
 * What a client needs only now and then: loaded when it is needed. A page has these files offline as well, for the service worker keeps all
 * that its pages may fetch later.
 */
export const later = {
	/** The disk fails. */
	volatile: () => import('./volatile.ts'),
	/** What is on the disk cannot be read. */
	repair: () => import('./repair.ts'),
	/** The person decides on what was refused, or lost. */
	decisions: () => import('./decisions.ts'),
};
export type Later = typeof later;

/** Until something that could not be loaded is asked for again, ms. */
const AGAIN_MS = 3_000;

/** Does what nothing else can stand in for: tries again until it is done, and tells each time it is not. @param tries after so many it gives up, with the last error */
export async function insist<T>(
	load: () => Promise<T>,
	env: Pick<Environment, 'every'>,
	report: (error: unknown) => void,
	tries = Infinity,
): Promise<T> {
	for (let left = tries; ; left--) {
		try {
			return await load();
		} catch (error) {
			report(error);
			if (left <= 1) throw error;
			await new Promise<void>((resolve) => {
				const stop = env.every(AGAIN_MS, () => {
					stop();
					resolve();
				});
			});
		}
	}
}
