import { expect, type Page } from '@playwright/test';

/** What was just asked for begins to move with the next frame, so that two are let by before one counts. */
const moving = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() => document.getAnimations()
	.filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().endTime !== Infinity).length)`;

/** Resolves when what fades or grows in has its final colours and size, which axe judges. What turns for ever is left out. */
export async function stillness(page: Page): Promise<void> {
	await expect.poll(() => page.evaluate<number>(moving), { message: 'animations that run', intervals: [20, 50, 100] }).toBe(0);
}
