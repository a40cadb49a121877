import type { Locator, Page } from '@playwright/test';
import { details, people } from '../apps/contacts/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { faultless } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look, savedBy } from './look.ts';
import { invite } from './people.ts';
import { holdNotice, readyForOffline, redAndBlue, syncPill } from './screen.ts';
import { seed } from './seed.ts';
import { expect, keeping, test } from './test.ts';

const list = (page: Page, name = 'All contacts'): Locator => page.getByRole('grid', { name });
const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name });
const pane = (page: Page): Locator => page.getByRole('complementary', { name: 'Contact', exact: true });
const form = (page: Page): Locator => page.getByRole('complementary', { name: 'Edit contact' });
const names = (page: Page): Promise<string[]> => page.locator('[role=row] .name').allTextContents();

/** Opens the form of somebody new, and says their name. */
async function begin(page: Page, given: string, family: string): Promise<Locator> {
	await page.getByRole('button', { name: 'New contact' }).first().click();
	await expect(form(page).getByLabel('First name', { exact: true })).toBeFocused();
	await page.keyboard.type(given);
	await page.keyboard.press('Tab');
	await page.keyboard.type(family);
	return form(page);
}

async function addDetail(page: Page, what: string, value: string): Promise<void> {
	await form(page)
		.getByRole('button', { name: `Add ${what}` })
		.click();
	await expect(form(page).locator('[data-detail] :is(input, textarea):focus')).toBeVisible();
	await page.keyboard.type(value);
	await page.keyboard.press('Tab');
}

test('contacts are added, found, related, merged and taken apart again, and are the same on two devices', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Ada');
	const a = await newDevice({ person, ...keeping });
	const b = await newDevice({ person });
	const { page } = a;

	await test.step('an empty book says what to do, and a form saves while one types', async () => {
		await page.goto(`${mana.url}/contacts`);
		await expect(page.getByText('Nobody here yet')).toBeVisible();
		await look(page, 'contacts-empty');
		const open = await begin(page, 'Ana', 'Lima');
		await addDetail(page, 'a phone number', '+351 912 345 678');
		await addDetail(page, 'an e-mail address', 'ana@x.org');
		await open.getByLabel('Birthday: day').fill('24');
		await open.getByLabel('Birthday: month').selectOption('December');
		await open.getByLabel('Birthday: year, if known').fill('1990');
		await open.getByLabel('Organisation', { exact: true }).last().fill('Acme');
		await open.getByRole('combobox', { name: 'Add to a group' }).fill('Friends');
		await page.keyboard.press('Enter');
		await expect(open.getByRole('button', { name: 'Take out of Friends' })).toBeVisible();
		await look(page, 'contacts-form');
	});

	await test.step('a photo is placed under its frame', async () => {
		await form(page).locator('input[type=file]').setInputFiles({ name: 'ana.png', mimeType: 'image/png', buffer: redAndBlue });
		await page.getByRole('dialog', { name: 'Place the picture' }).getByRole('button', { name: 'Take this' }).click();
		await expect(form(page).locator('img')).toBeVisible();
		await form(page).getByRole('button', { name: 'Done' }).click();
	});

	await test.step('what was written is there to act on', async () => {
		const open = pane(page);
		await expect(open.getByRole('link', { name: 'Call Ana Lima' })).toHaveAttribute('href', 'tel:+351912345678');
		await expect(open.getByRole('link', { name: 'ana@x.org' })).toHaveAttribute('href', 'mailto:ana@x.org');
		await expect(open.getByText('24 December 1990')).toBeVisible();
		await expect(open.getByRole('link', { name: 'Friends' })).toBeVisible();
		await open.getByRole('button', { name: 'Note an encounter' }).click();
		await open.getByLabel('What you talked about').fill('The garden');
		await open.getByRole('button', { name: 'Save' }).click();
		await expect(open.getByText('The garden')).toBeVisible();
		const pinned = open.getByRole('list', { name: 'Pinned' });
		await open.getByRole('button', { name: 'Pin to the top' }).click();
		await expect(pinned).toContainText(/The garden\s*today/i);
		await pinned.getByRole('button', { name: 'Unpin' }).click();
		await expect(pinned).toBeHidden();
		await open.getByRole('button', { name: 'Pin to the top' }).click();
		await expect(pinned).toBeVisible();
		await look(page, 'contacts-detail');
		await open.getByRole('button', { name: 'Share' }).click();
		const sharing = page.getByRole('dialog', { name: 'Share Ana Lima' });
		await expect(sharing.getByRole('img', { name: 'Code with the card of Ana Lima' })).toBeVisible();
		const saved = await savedBy(page, () => sharing.getByRole('button', { name: 'Save card' }).click());
		expect(saved.name).toBe('Ana Lima.vcf');
		expect(saved.text).toContain('FN:Ana Lima');
		await look(page, 'contacts-share');
		await page.keyboard.press('Escape');
		await expect(sharing).toBeHidden();
		await open.getByRole('button', { name: 'Close' }).click();
		await expect(row(page, 'Ana Lima')).toContainText('Acme');
	});

	await test.step('a line is understood from anywhere', async () => {
		await page.keyboard.press('q');
		const dialog = page.getByRole('dialog', { name: 'Add to Contacts' });
		await dialog.getByRole('textbox').fill('Anna Lima ana@x.org 0170 1234567 @Acme #work\nBen Okafor');
		await expect(dialog.getByText('0170 1234567', { exact: true })).toBeVisible();
		await page.keyboard.press('Enter');
		await expect(page.getByText('2 contacts added').first()).toBeVisible();
		await expect.poll(() => names(page)).toEqual(['Ana Lima', 'Anna Lima', 'Ben Okafor']);
	});

	await test.step('a relation leads both ways', async () => {
		await row(page, 'Ben Okafor').click();
		await pane(page).getByRole('button', { name: 'Edit' }).click();
		await form(page).getByRole('button', { name: 'Add a relation' }).click();
		const relation = form(page).getByRole('group', { name: 'Relation' });
		await relation.getByRole('combobox', { name: 'Label' }).selectOption('Child');
		await relation.getByLabel('Relation', { exact: true }).fill('Ana Lima');
		await page.keyboard.press('Tab');
		await form(page).getByRole('button', { name: 'Done' }).click();
		await pane(page).getByRole('link', { name: 'Ana Lima' }).click();
		await expect(pane(page).getByRole('listitem').filter({ hasText: 'Ben Okafor' })).toContainText('Parent');
		await pane(page).getByRole('button', { name: 'Close' }).click();
	});

	await test.step('a number is shown as its country writes it, told with its country, kept as typed, and doubted quietly', async () => {
		await row(page, 'Ben Okafor').click();
		await pane(page).getByRole('button', { name: 'Edit' }).click();
		await addDetail(page, 'a phone number', '02079460958');
		await addDetail(page, 'a phone number', '+49 1');
		const typed = form(page).getByRole('group', { name: 'Phone number' }).getByRole('textbox');
		await expect(form(page).getByText(/^Short for a telephone number/)).toBeVisible();
		await expect(typed.first()).toHaveValue('02079460958');
		await look(page, 'contacts-phone-form');
		await form(page).getByRole('button', { name: 'Done' }).click();
		const number = pane(page).getByRole('link', { name: '020 7946 0958' });
		await expect(number).toHaveAttribute('href', 'tel:+442079460958');
		await expect(pane(page).getByText('+49 1', { exact: true })).toBeVisible();
		await page.evaluate(`navigator.clipboard.writeText = async (text) => void (globalThis.copied = text)`);
		await pane(page).getByRole('button', { name: 'Copy Phone number' }).first().click();
		await expect.poll(() => page.evaluate<string>('globalThis.copied')).toBe('+44 20 7946 0958');
		await look(page, 'contacts-phone');
		await pane(page).getByRole('button', { name: 'Close' }).click();
	});

	await test.step('the other device has them all', async () => {
		await b.page.goto(`${mana.url}/contacts`);
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima', 'Anna Lima', 'Ben Okafor']);
		await row(b.page, 'Ana Lima').click();
		await expect(pane(b.page).locator('img').first()).toBeVisible();
		await expect(pane(b.page).getByRole('list', { name: 'Pinned' })).toContainText('The garden');
		await pane(b.page).getByRole('button', { name: 'Close' }).click();
	});

	await test.step('duplicates are found, merged, taken apart and told apart', async () => {
		await page.goto(`${mana.url}/contacts/duplicates`);
		const found = page.getByRole('region', { name: /^Ann?a Lima$/ });
		await expect(found.getByText('same e-mail address')).toBeVisible();
		await look(page, 'contacts-duplicates');
		await found.getByRole('button', { name: 'Merge' }).click();
		const dialog = page.getByRole('dialog', { name: 'Merge 2 contacts' });
		await dialog.getByRole('radio', { name: 'Ana Lima' }).check();
		await expect(dialog.getByText('Phone number: 0170 1234567')).toBeVisible();
		await dialog.getByRole('button', { name: 'Merge' }).click();
		await expect(page.getByText('Everybody is here once.')).toBeVisible();
		const merged = await holdNotice(page, 'merged into');
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima', 'Ben Okafor']);
		await merged.getByRole('button', { name: 'Undo' }).click();
		await expect(found).toBeVisible();
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima', 'Anna Lima', 'Ben Okafor']);
		await found.getByRole('button', { name: 'Not the same' }).click();
		await expect(page.getByText('Everybody is here once.')).toBeVisible();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await page.reload();
		await expect(page.getByText('Everybody is here once.')).toBeVisible();
	});

	await test.step('favourites, birthdays and the trash', async () => {
		await page.goto(`${mana.url}/contacts`);
		await row(page, 'Ben Okafor').focus();
		await page.keyboard.press('s');
		await page.keyboard.press('Space');
		await expect(page.getByRole('toolbar')).toHaveAccessibleName('1 selected');
		await page.getByRole('link', { name: 'Favourites' }).first().click();
		await expect.poll(() => names(page)).toEqual(['Ben Okafor']);
		await row(page, 'Ben Okafor').focus();
		await page.keyboard.press('Delete');
		await expect(page.getByText('No favourites yet')).toBeVisible();
		await page.goto(`${mana.url}/contacts/coming`);
		await expect(page.getByRole('listitem').filter({ hasText: 'Ana Lima' })).toContainText('Birthday');
		await look(page, 'contacts-coming');
		await page.goto(`${mana.url}/contacts/trash`);
		await page.getByRole('listitem').filter({ hasText: 'Ben Okafor' }).getByRole('button', { name: 'Restore' }).click();
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima', 'Anna Lima', 'Ben Okafor']);
	});

	await test.step('a place that was pasted is on the map, which is moved by keys, on the other device too', async () => {
		await page.goto(`${mana.url}/contacts/map`);
		await expect(page.getByText('Nobody is on the map yet')).toBeVisible();
		await page.goto(`${mana.url}/contacts`);
		await row(page, 'Ana Lima').click();
		await pane(page).getByRole('button', { name: 'Edit' }).click();
		await form(page).getByRole('button', { name: 'Add a place on the map' }).click();
		const place = form(page).getByRole('group', { name: 'Place on the map' }).getByRole('textbox');
		await place.fill('by the sea');
		await place.blur();
		await expect(page.getByText('Two numbers such as')).toBeVisible();
		await place.fill('https://www.openstreetmap.org/?mlat=38.7078&mlon=-9.1366#map=16/38.7/-9.1');
		await place.blur();
		await expect(place).toHaveValue('38.7078, -9.1366');
		await b.page.goto(`${mana.url}/contacts/map`);
		const map = b.page.getByRole('application', { name: /^Map of your contacts/ });
		const dot = map.getByRole('button', { name: 'Ana Lima' });
		await expect(dot).toBeVisible();
		await expect(b.page.getByRole('list', { name: 'Who is on the map' }).getByRole('listitem')).toHaveText(/Ana Lima/);
		await look(b.page, 'contacts-map');
		await map.focus();
		await b.page.keyboard.press('+');
		await expect(b.page.getByRole('status').filter({ hasText: 'One place in sight' })).toHaveCount(1);
		await expect(map.getByText(/^\d+ km$/)).toBeVisible();
		await b.page.keyboard.press('0');
		await dot.click();
		await expect(pane(b.page).getByText('38.7078, -9.1366')).toBeVisible();
		await b.page.goto(`${mana.url}/contacts`);
	});

	await test.step('whoever fits a filter is a list that is kept; tags are found by it, and the archive only where it is asked for', async () => {
		await page.goto(`${mana.url}/contacts`);
		await row(page, 'Ana Lima').click();
		await pane(page).getByLabel('Add a tag').fill('vegan');
		await page.keyboard.press('Enter');
		await expect(pane(page).getByRole('button', { name: 'Remove tag vegan' })).toBeVisible();
		await page.goto(`${mana.url}/contacts/find`);
		const field = page.getByRole('combobox', { name: 'Filter' });
		await field.fill('#veg');
		await page.getByRole('option', { name: '#vegan' }).click();
		await expect.poll(() => names(page)).toEqual(['Ana Lima']);
		await field.fill('colour:red');
		await expect(page.getByText('There is no condition “colour:”')).toBeVisible();
		await field.fill('#vegan | is:archived');
		await page.getByRole('button', { name: 'Save as list' }).click();
		await page.getByRole('dialog').getByLabel('Name of the list').fill('Summer party');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: 'Summer party' })).toBeVisible();
		await look(page, 'contacts-list');
		await page.getByRole('link', { name: 'All contacts' }).first().click();
		await expect.poll(() => names(page)).toEqual(['Ana Lima', 'Anna Lima', 'Ben Okafor']);
		await row(page, 'Ben Okafor').focus();
		await page.keyboard.press('Space');
		await page.getByRole('toolbar').getByRole('button', { name: 'Archive' }).click();
		await expect.poll(() => names(page)).toEqual(['Ana Lima', 'Anna Lima']);
		await b.page.getByRole('link', { name: 'Summer party' }).click();
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima', 'Ben Okafor']);
	});

	await test.step('what is selected is exported, and somebody who is here already is told of while one types', async () => {
		await row(page, 'Anna Lima').focus();
		await page.keyboard.press('Space');
		await page.getByRole('toolbar').getByRole('button', { name: 'Export selection' }).click();
		await expect(page.getByText('Selected contacts (1)')).toBeAttached();
		const saved = await savedBy(page, () => page.getByRole('button', { name: 'Download' }).click());
		expect(saved.text).toContain('FN:Anna Lima');
		expect(saved.text).not.toContain('FN:Ana Lima');
		await page.getByRole('link', { name: 'All contacts' }).first().click();
		await begin(page, 'Ben', 'Okafor');
		await expect(form(page).getByRole('region', { name: 'Perhaps this one is here already:' })).toContainText('Ben Okafor');
		await look(page, 'contacts-twins');
	});

	await test.step('whoever is invited to something is found among them by name', async () => {
		await seed(mana, person, (store) => store.write('task', (tx) => tx.create(tasks, { title: 'Mend the fence' })));
		await form(page).getByRole('button', { name: 'Close' }).click();
		await page.goto(`${mana.url}/calendar/week/2026-11-25`);
		await page.getByRole('heading', { name: /23\D+29 Nov 2026/ }).waitFor();
		await page.keyboard.press('c');
		const field = page.getByRole('dialog', { name: 'New event' }).getByRole('textbox', { name: 'What is planned?' });
		await expect(field).toBeFocused();
		await field.fill('Picnic 2026-11-26 12:30');
		await field.press('Enter');
		await page.getByRole('button', { name: /^Picnic/ }).click();
		const planned = page.getByRole('complementary', { name: 'Details' });
		await planned.getByRole('combobox', { name: 'Invite by e-mail address' }).fill('ana li');
		await planned.getByRole('option', { name: 'Ana Lima' }).click();
		await expect(planned.getByRole('region', { name: 'Guests' }).getByRole('listitem')).toContainText('Ana Lima');
	});

	await test.step('tasks and events that belong to somebody stand with them, and they with these', async () => {
		const linked = page.getByRole('region', { name: 'Links' });
		const connect = async (words: string): Promise<void> => {
			await linked.getByRole('button', { name: 'Link to something' }).click();
			const dialog = page.getByRole('dialog', { name: 'Link to something' });
			await dialog.getByRole('searchbox', { name: 'Find by name' }).fill(words);
			await dialog.getByRole('button', { name: new RegExp(words) }).click();
			await expect(linked.getByRole('link', { name: words })).toBeVisible();
		};
		await connect('Ana Lima');
		await linked.getByRole('link', { name: 'Ana Lima' }).click();
		await expect(linked.getByRole('link', { name: 'Picnic' })).toBeVisible();
		await connect('Mend the fence');
		await look(page, 'contacts-links');
		await linked.getByRole('link', { name: 'Mend the fence' }).click();
		await page.waitForURL(/\/todo/);
		await linked.getByRole('link', { name: 'Ana Lima' }).click();
		await linked.getByRole('button', { name: 'Remove the link to Picnic' }).click();
		await expect(linked.getByRole('link', { name: 'Picnic' })).toBeHidden();
		await expect(linked.getByRole('link', { name: 'Mend the fence' })).toBeVisible();
	});

	await test.step('without a network the book is all there, and what is written then arrives later', async () => {
		await page.goto(`${mana.url}/contacts`);
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await readyForOffline(page, 'contacts');
		await a.unplug();
		await page.reload();
		await row(page, 'Ana Lima').click();
		await expect(pane(page).getByRole('link', { name: 'ana@x.org' })).toBeVisible();
		await pane(page).getByRole('button', { name: 'Add to favourites' }).click();
		await expect(pane(page).getByRole('button', { name: 'Take from favourites' })).toBeVisible();
		await a.plugIn();
		await b.page.getByRole('link', { name: 'Favourites' }).first().click();
		await expect.poll(() => names(b.page)).toEqual(['Ana Lima']);
	});
});

test('ten thousand contacts scroll, are searched and reached by letter; list and form have no fault for axe and need no mouse', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Kim');
	const given = ['Ana', 'Ben', 'Chloé', 'Dörte', 'Emil', 'Farah', 'Gül', 'Hanna', 'Ivo', 'Jörg', 'Łukasz', 'Öykü', 'Zoë'];
	await seed(mana, person, (store) => {
		for (let from = 0; from < 10_000; from += 500)
			store.write('fill', (tx) => {
				for (let at = from; at < from + 500; at++) {
					const contact = tx.create(people, {
						given: given[at % given.length]!,
						family: `Family ${String(at).padStart(5, '0')}`,
					});
					if (at % 10 === 0) tx.create(details, { contact, kind: 'phone', value: `+4930${1_000_000 + at}` });
				}
			});
	});
	const { page } = await newDevice({ person, viewport: { width: 1280, height: 800 } });
	const keys = new Keyboard(page);
	await page.goto(`${mana.url}/contacts`);
	await expect(list(page)).toHaveAttribute('aria-rowcount', '10000', { timeout: 60_000 });

	await test.step('only what is in sight is made', async () => {
		expect(await page.getByRole('row').count()).toBeLessThan(60);
		await expect(row(page, 'Ana Family 00000')).toBeVisible();
	});

	await test.step('a letter leads to its section', async () => {
		await page.getByRole('navigation', { name: 'Letters' }).getByRole('button', { name: 'Z', exact: true }).click();
		await expect(row(page, 'Zoë Family 00012')).toBeInViewport();
	});

	await test.step('search hears names without their marks, and numbers', async () => {
		await keys.press('/');
		await keys.type('lukasz 00010');
		await expect.poll(() => names(page)).toEqual(['Łukasz Family 00010']);
		await look(page, 'contacts-search');
		await page.getByRole('searchbox').fill('030 100 9990');
		await expect.poll(() => names(page)).toEqual([`${given[9_990 % given.length]!} Family 09990`]);
		await page.getByRole('searchbox').fill('');
		await expect(list(page)).toHaveAttribute('aria-rowcount', '10000');
	});

	await test.step('the list has no fault for axe', () => faultless(page, 'contacts'));

	await test.step('by keyboard: along the list, to its end, selected, opened, edited', async () => {
		await keys.reach('Family');
		await keys.press('End');
		await expect(row(page, 'Zoë Family 09996')).toBeInViewport();
		await keys.press('Space', 'Shift+ArrowUp');
		await expect(page.getByRole('toolbar')).toHaveAccessibleName('2 selected');
		await keys.press('Escape', 'Home', 'ArrowDown', 'e');
		await expect(form(page).getByLabel('First name', { exact: true })).toBeFocused();
	});

	await test.step('by keyboard: the form, with several of a field, a label and a day', async () => {
		await page.keyboard.press('Control+a');
		await keys.type('Quentin');
		await keys.reach('Add a phone number');
		await keys.press('Enter');
		await keys.type('112');
		await keys.reach('use this one first', 'Shift+Tab');
		await keys.press('Enter');
		await keys.reach('Add a custom field');
		await keys.press('Enter');
		await keys.type('Colour');
		await keys.press('Tab', 'Tab', 'Tab');
		await keys.type('Blue');
		await keys.press('Tab');
		await expect(form(page).getByPlaceholder('Your own label')).toHaveValue('Colour');
		await faultless(page, 'form of a contact');
		await keys.press('Escape');
		await expect(form(page)).toBeHidden();
		await page.getByRole('searchbox').fill('Quentin');
		await expect.poll(() => names(page)).toEqual([expect.stringContaining('Quentin')]);
		await row(page, 'Quentin').click();
		await expect(pane(page)).toContainText('Colour');
		await expect(pane(page).getByRole('link', { name: 'Call' }).first()).toHaveAttribute('href', 'tel:112');
		await faultless(page, 'a contact');
	});
});
