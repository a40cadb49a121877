import { swallowClick } from '@mana/ui/components/swallow-click';
import type { Attachment } from 'svelte/attachments';
import type { Hold } from './bars.ts';

/** What taking hold of a bar tells. */
export interface HoldOptions {
	/** How wide a day is, in CSS pixels. */
	readonly dayWidth: () => number;
	/** It is carried on by so many days, or its end is (back below zero); `null`: let go of without having moved, or given up. */
	onhold(held: { readonly hold: Hold; readonly days: number } | null): void;
	/** It was let go of there. */
	ondrop(hold: Hold, days: number): void;
}

/** So far the pointer goes before it is a drag and no press, in CSS pixels. */
const THRESHOLD = 5;

/**
 * Lets a bar be carried along its line, by mouse, pen or finger, or one of its ends be drawn: what has `data-hold`. The keyboard has keys for it.
 * Escape gives up; a press that did not move stays a press.
 */
export function hold(options: HoldOptions): Attachment<HTMLElement> {
	return (bar) => {
		function begin(event: PointerEvent): void {
			if (event.button !== 0) return;
			const end = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hold]')?.dataset['hold'] : undefined;
			const taken: Hold = end === 'first' || end === 'last' ? end : 'whole';
			const forward = getComputedStyle(bar).direction === 'rtl' ? -1 : 1;
			const stop = new AbortController();
			const { signal } = stop;
			let [moved, days] = [false, 0];
			const over = (): void => {
				stop.abort();
				options.onhold(null);
			};
			const move = ({ clientX }: PointerEvent): void => {
				const by = (clientX - event.clientX) * forward;
				if (!moved && Math.abs(by) < THRESHOLD) return;
				moved = true;
				days = Math.round(by / options.dayWidth());
				options.onhold({ hold: taken, days });
			};
			const drop = (): void => {
				over();
				if (moved) swallowClick();
				if (days !== 0) options.ondrop(taken, days);
			};
			addEventListener('pointermove', move, { signal });
			addEventListener('pointerup', drop, { signal });
			addEventListener('pointercancel', over, { signal });
			addEventListener('keydown', ({ key }) => key === 'Escape' && over(), { signal });
		}
		bar.addEventListener('pointerdown', begin);
		return () => bar.removeEventListener('pointerdown', begin);
	};
}
