import { getAllContexts, mount, unmount } from 'svelte';
import type { Shown } from '../pip/stand.ts';

/** What TypeScript does not know yet of Document Picture-in-Picture (WICG). */
interface PictureInPicture {
	readonly window: Window | null;
	requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window>;
}

const SIZE = { width: 260, height: 190 };

function pictureInPicture(): PictureInPicture | null {
	return 'documentPictureInPicture' in window ? (window.documentPictureInPicture as PictureInPicture) : null;
}

/** Whether this browser has small windows that stay above all others: nobody is offered what they cannot have. */
export function hasSmallWindow(): boolean {
	return pictureInPicture() !== null;
}

/**
 * The way to show a clock in a small window above all others. Browsers open one at a time, only in what a press or a key does, and close it with the page.
 * Call it while a component is made: what is shown knows who is here as that component does.
 */
export function useSmallWindow(): (shown: Shown) => Promise<void> {
	const context = getAllContexts();
	return async (shown) => {
		const small = await pictureInPicture()?.requestWindow(SIZE);
		if (!small) return;
		const { default: SmallClock } = await import('../pip/SmallClock.svelte').catch((problem: unknown) => {
			// It cannot be fetched now: better no window than an empty one.
			small.close();
			throw problem;
		});
		dress(small.document);
		const root = mount(SmallClock, { target: small.document.body, context, props: { shown, small } });
		const looks = new MutationObserver(() => lookAlike(small.document));
		looks.observe(document.documentElement, { attributes: true });
		small.addEventListener('pagehide', () => {
			looks.disconnect();
			void unmount(root);
		});
	};
}

/** Gives a window the styles and the look of the page. */
function dress(into: Document): void {
	for (const style of document.querySelectorAll('link[rel="stylesheet"], style')) into.head.append(into.importNode(style, true));
	lookAlike(into);
}

/** Theme, colour, language and direction stand at the root of the page. */
function lookAlike(into: Document): void {
	for (const { name, value } of document.documentElement.attributes) into.documentElement.setAttribute(name, value);
}
