/** Whether a page may take the whole screen here: phones of Apple let none. */
export function canFillScreen(): boolean {
	return document.fullscreenEnabled;
}

/** Takes the whole screen, or gives it back. Where the system does not want that, the page stays as it is. */
export async function fillScreen(on: boolean): Promise<void> {
	try {
		if (on && !document.fullscreenElement) await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
		if (!on && document.fullscreenElement) await document.exitFullscreen();
	} catch (problem) {
		console.info('The system does not let this page have the whole screen:', problem);
	}
}

/**
 * Keeps the screen from going dark, as long as the page can be seen (Screen Wake Lock). Browsers that cannot, and phones that save power, go dark
 * as ever. Returns the way to let it go.
 *
 * @example
 * $effect(() => keepAwake());
 */
export function keepAwake(): () => void {
	let lock: WakeLockSentinel | null = null;
	let over = false;
	const release = (): void => void lock?.release().catch((problem: unknown) => console.info('The screen stays on:', problem));
	const ask = async (): Promise<void> => {
		if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
		try {
			lock = await navigator.wakeLock.request('screen');
			if (over) release();
		} catch (problem) {
			console.info('The screen may go dark:', problem);
		}
	};
	// A page that is hidden loses it, and asks anew when it is seen again.
	const again = (): void => void ask();
	again();
	document.addEventListener('visibilitychange', again);
	return () => {
		over = true;
		document.removeEventListener('visibilitychange', again);
		release();
	};
}
