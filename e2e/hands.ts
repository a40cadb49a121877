import { expect, type Page } from '@playwright/test';

/** Hands on a keyboard. After every key something must have the focus, and show it. */
export class Keyboard {
	readonly #page: Page;

	constructor(page: Page) {
		this.#page = page;
	}

	async press(...keys: readonly string[]): Promise<void> {
		for (const key of keys) {
			await this.#page.keyboard.press(key);
			await this.#seesFocus(key);
		}
	}

	async type(text: string): Promise<void> {
		await this.#page.keyboard.type(text);
		await this.#seesFocus(text);
	}

	/** Presses Tab until the control with a name has the focus. */
	async reach(name: string, key = 'Tab'): Promise<void> {
		const passed: string[] = [];
		for (let press = 0; press < 60; press++) {
			await this.press(key);
			const here = await this.#name();
			if (here.includes(name)) return;
			passed.push(here);
		}
		throw new Error(`${key} does not lead to ${name}. It passed:\n${passed.join('\n')}`);
	}

	async isOn(name: string): Promise<void> {
		await expect.poll(() => this.#name(), 'what has the focus').toContain(name);
	}

	async #seesFocus(after: string): Promise<void> {
		await expect.poll(() => this.#page.evaluate<string | null>(whyUnseen), `the focus after ${after}`).toBeNull();
	}

	/** What the control in focus says: its label, or its text. */
	#name(): Promise<string> {
		return this.#page.evaluate<string>(
			`[document.activeElement.getAttribute('aria-label'), document.activeElement.labels?.[0]?.textContent, document.activeElement.textContent].join(' ')`,
		);
	}
}

/** Why a person does not see where the focus is; `null` when they do. */
const whyUnseen = `(() => {
	const at = document.activeElement;
	if (at === null || at === document.body) return 'nothing has the focus';
	// The content as a whole after going to another page, and what has just opened, are seen without a mark.
	if (at.matches('#main, aside, [role="dialog"], [role="menu"]')) return null;
	const name = at.outerHTML.slice(0, 160);
	const { top, bottom, left, right } = at.getBoundingClientRect();
	if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth) return 'out of sight: ' + name;
	// A caret shows itself.
	if (at.matches('textarea, input:not([type="checkbox"], [type="radio"])')) return null;
	// In a menu another ground marks where one is.
	if (at.matches('[role^="menuitem"][data-highlighted]')) return null;
	const marked = [at, at.nextElementSibling, at.parentElement, at.closest('[data-card]')].some((part) => part && getComputedStyle(part).outlineStyle !== 'none');
	return marked ? null : 'not marked: ' + name;
})()`;

/** Drops or pastes files on a part of the page, as a person with a mouse would. */
export async function bring(
	page: Page,
	where: string,
	how: 'drop' | 'paste',
	files: readonly (readonly [name: string, type: string, content: string])[],
	words?: string,
): Promise<void> {
	await page.evaluate(`((where, how, files, words) => {
		const data = new DataTransfer();
		for (const [name, type, content] of files) data.items.add(new File([content], name, { type }));
		if (words) data.setData('text/plain', words);
		const event = how === 'drop'
			? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
			: new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
		document.querySelector(where).dispatchEvent(event);
	})(${JSON.stringify(where)}, ${JSON.stringify(how)}, ${JSON.stringify(files)}, ${JSON.stringify(words ?? '')})`);
}
