import type { Environment } from './environment.ts';

/** Clock, randomness and timers of the browser (or of Bun, in tests). */
export function webEnvironment(): Environment {
	return {
		now: () => Date.now(),
		random: () => Math.random(),
		randomBytes: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		every(ms, job) {
			const timer = setInterval(job, ms);
			return () => clearInterval(timer);
		},
	};
}
