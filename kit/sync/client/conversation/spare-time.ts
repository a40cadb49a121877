/** So long a busy browser is let have its way, ms. A page in the background is told but seldom that there is time. */
const MOST_MS = 500;

/**
 * Does `job` once the browser has nothing more urgent to do, or has had no time for long; at once where nothing tells (Safari, and what is no
 * browser). Asked again before that, it is done once.
 *
 * @param place where a browser offers `requestIdleCallback`
 */
export function inSpareTime(job: () => void, place: object = globalThis): () => void {
	const idle: unknown = Reflect.get(place, 'requestIdleCallback');
	if (typeof idle !== 'function') return job;
	let asked = false;
	const go = (): void => {
		asked = false;
		job();
	};
	return () => {
		if (asked) return;
		asked = true;
		idle.call(place, go, { timeout: MOST_MS });
	};
}
