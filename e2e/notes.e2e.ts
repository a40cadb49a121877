import { faultless } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import { addField, addTasks, details, openTask } from './screen.ts';
import { expect, test } from './test.ts';

test('notes are typed as text, shown as they are meant, ticked in place, and run nothing', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ viewport: { width: 1280, height: 900 } });
	const keys = new Keyboard(page);
	await page.goto(`${mana.url}/todo`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await addField(page).waitFor();

	await test.step('a list goes on with Enter, words are made bold by keys, and Escape shows what was meant', async () => {
		await addTasks(page, 'Trip to Rome');
		const pane = await openTask(page, 'Trip to Rome');
		const field = pane.getByRole('textbox', { name: 'Notes' });
		await field.focus();
		await keys.type('# Before we go');
		await keys.press('Enter');
		await keys.type('- [ ] tickets');
		await keys.press('Enter');
		await keys.type('seats');
		await expect(field).toHaveValue('# Before we go\n- [ ] tickets\n- [ ] seats');
		await keys.press('Enter', 'Enter', 'Enter');
		await keys.press('Control+b');
		await keys.type('Ask Ben');
		await expect(field).toHaveValue('# Before we go\n- [ ] tickets\n- [ ] seats\n\n**Ask Ben**');
		await look(page, 'notes-typed');
		await keys.press('Escape');
		await keys.isOn('Edit notes');
		const shown = pane.getByRole('group', { name: 'Notes' });
		await expect(shown.getByRole('heading', { name: 'Before we go' })).toBeVisible();
		await expect(shown.locator('strong')).toHaveText('Ask Ben');
		await shown.getByRole('checkbox', { name: 'seats' }).check();
		await look(page, 'notes-shown');
		await faultless(page, 'a note');
		await page.reload();
		await expect(details(page).getByRole('checkbox', { name: 'seats' })).toBeChecked();
		await expect(details(page).getByRole('checkbox', { name: 'tickets' })).not.toBeChecked();
		await details(page).getByRole('button', { name: 'Edit notes' }).click();
		await expect(details(page).getByRole('textbox', { name: 'Notes' })).toHaveValue(
			'# Before we go\n- [ ] tickets\n- [x] seats\n\n**Ask Ben**',
		);
		await keys.press('Escape');
	});

	await test.step('what somebody else may have written neither runs nor fetches anything', async () => {
		await addTasks(page, 'Strange');
		const asked: string[] = [];
		page.on('request', (request) => void asked.push(request.url()));
		const pane = await openTask(page, 'Strange');
		await pane
			.getByRole('textbox', { name: 'Notes' })
			.fill(
				'<img src=x onerror="window.hit=1"> [go](javascript:window.hit=1) ![cat](https://cats.example/cat.png) https://ok.example',
			);
		await page.keyboard.press('Escape');
		const shown = pane.getByRole('group', { name: 'Notes' });
		await expect(shown.getByRole('link')).toHaveText(['cat', 'https://ok.example']);
		await expect(shown.getByRole('link').first()).toHaveAttribute('rel', 'noreferrer noopener');
		await expect(shown).toContainText('<img src=x onerror="window.hit=1"> [go](javascript:window.hit=1)');
		expect(await shown.locator('img, script').count()).toBe(0);
		expect(await page.evaluate('window.hit')).toBeUndefined();
		expect(asked.filter((url) => !url.startsWith(mana.url))).toEqual([]);
	});

	await test.step('an event and a contact have such notes, too', async () => {
		await page.goto(`${mana.url}/calendar/day`);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.keyboard.press('q');
		const dialog = page.getByRole('dialog', { name: 'Add to Calendar' });
		await dialog.getByRole('textbox').first().fill('Packing today 20:00');
		await page.keyboard.press('Enter');
		await page
			.getByRole('main')
			.getByRole('button', { name: /^Packing/ })
			.click();
		const event = details(page);
		await event.getByRole('textbox', { name: 'Notes' }).fill('- [ ] socks');
		await page.keyboard.press('Escape');
		await event.getByRole('checkbox', { name: 'socks' }).check();
		await page.reload();
		await expect(details(page).getByRole('checkbox', { name: 'socks' })).toBeChecked();

		await page.goto(`${mana.url}/contacts`);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.getByRole('button', { name: 'New contact' }).first().click();
		const form = page.getByRole('complementary', { name: 'Edit contact' });
		await expect(form.getByLabel('First name', { exact: true })).toBeFocused();
		await page.keyboard.type('Ana');
		await form.getByRole('textbox', { name: 'Notes' }).fill('Likes **tea**\n- [ ] send the book');
		await form.getByRole('button', { name: 'Done' }).click();
		await page.getByRole('checkbox', { name: 'send the book' }).check();
		await expect(page.locator('strong', { hasText: 'tea' })).toBeVisible();
		await look(page, 'notes-contact');
	});
});
