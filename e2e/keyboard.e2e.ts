import type { Page } from '@playwright/test';
import { addField, details, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
	test(`${size}: everything from the door to the settings is done by keyboard alone`, async ({ mana, newDevice }) => {
		const { page } = await newDevice({ viewport });

		await page.goto(mana.url);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await tabTo(page, 'Try it as a guest');
		await page.keyboard.press('Enter');
		await page.getByRole('region', { name: 'Today' }).waitFor();

		await page.keyboard.press('g');
		await page.keyboard.press('h');
		await page.keyboard.press('q');
		await expect(page.getByRole('textbox', { name: 'What do you want to do?' })).toBeFocused();
		await page.keyboard.type('First task');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('dialog')).toBeHidden();

		await page.keyboard.press('Control+k');
		await expect(page.getByRole('dialog').locator('input')).toBeFocused();
		await page.keyboard.type('Inbox');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'Inbox' }).waitFor();
		await expect(task(page, 'First task')).toBeVisible();
		await expect(page.getByRole('dialog')).toBeHidden();

		await page.keyboard.press('n');
		await expect(addField(page)).toBeFocused();
		await page.keyboard.type('Second task\nThird task\n', { delay: 5 });
		await expect.poll(() => titles(page)).toEqual(['First task', 'Second task', 'Third task']);

		await tabTo(page, /First task/, 'Shift+Tab');
		await page.keyboard.press('Alt+ArrowDown');
		await expect.poll(() => titles(page)).toEqual(['Second task', 'First task', 'Third task']);
		await expectFocusOn(page, 'First task');

		await page.keyboard.press('1');
		await expect(task(page, 'First task')).toContainText('Urgent');
		await page.keyboard.press('t');
		await expect(task(page, 'First task')).toContainText('Today');
		await expectFocusOn(page, 'First task');

		await page.keyboard.press('x');
		await expect(task(page, 'First task')).toHaveCount(0);
		await expectFocusOn(page, 'Third task');
		await page.keyboard.press('Control+z');
		await expect(task(page, 'First task')).toBeVisible();

		await page.keyboard.press('Home');
		await page.keyboard.press('Shift+ArrowDown');
		await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
		await page.keyboard.press('Escape');

		await page.keyboard.press('Home');
		await page.keyboard.press('Enter');
		await details(page).waitFor();
		await tabTo(page, 'Close details');
		await page.keyboard.press('Escape');
		await details(page).waitFor({ state: 'hidden' });
		await expectFocusOn(page, 'Second task');

		await page.keyboard.press('?');
		await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });

		await page.keyboard.press('g');
		await page.keyboard.press(',');
		await page.getByRole('heading', { name: 'Settings' }).waitFor();
		await tabTo(page, /Sign in/);
	});
}

/** Presses Tab until the control with a name has the focus. Fails when it is not reached, or when the focus gets lost on the way. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
	const passed: string[] = [];
	for (let press = 0; press < 60; press++) {
		await page.keyboard.press(key);
		const here = await nameInFocus(page);
		if (typeof name === 'string' ? here.includes(name) : name.test(here)) return;
		passed.push(here);
	}
	throw new Error(`${key} does not lead to ${name}. It passed:\n${passed.join('\n')}`);
}

async function expectFocusOn(page: Page, title: string): Promise<void> {
	await expect.poll(() => nameInFocus(page), 'the focus stays in the list').toContain(title);
}

/** What the control in focus says: its label, or its text. */
function nameInFocus(page: Page): Promise<string> {
	return page.evaluate<string>(
		'((at) => (at.getAttribute("aria-label") ?? "") + " " + (at.labels?.[0]?.textContent ?? "") + " " + at.textContent)(document.activeElement)',
	);
}
