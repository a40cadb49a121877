import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultless } from './axe.ts';
import { look, savedBy } from './look.ts';
import { expect, test } from './test.ts';

const card = (name: string) => readFileSync(join(import.meta.dirname, `../kit/dav/vcard/fixtures/${name}.vcf`));
const people = (count: number) =>
	Array.from(
		{ length: count },
		(_, at) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person ${at}\r\nEMAIL:p${at}@x.example\r\nEND:VCARD\r\n`,
	).join('');

test('contacts come in from files, can be taken back, and go out again', async ({ mana, newDevice }) => {
	test.setTimeout(120_000);
	const { page } = await newDevice();
	await page.goto(`${mana.url}/contacts/import`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await page.getByRole('heading', { name: 'Import contacts' }).waitFor();
	await look(page, 'import-choose');
	const file = page.locator('input[type=file]');

	await test.step('what is no such file is said to be none', async () => {
		await file.setInputFiles({
			name: 'x.png',
			mimeType: 'image/png',
			buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
		});
		await expect(page.getByRole('alert')).toContainText('none of the kinds of files');
	});

	await test.step('a card is shown first, then brought', async () => {
		await file.setInputFiles({
			name: 'ana.vcf',
			mimeType: 'text/vcard',
			buffer: Buffer.concat([card('google'), Buffer.from('BEGIN:VCARD\r\nFN:Cut')]),
		});
		await expect(page.getByText('Ana María Lima')).toBeVisible();
		await expect(page.getByText('1 entry cannot be imported')).toBeVisible();
		await look(page, 'import-preview');
		await faultless(page, 'what a file would bring');
		await page.getByRole('button', { name: 'Import 1 contact', exact: true }).click();
		await expect(page.getByText('1 new, 0 completed, 0 left out')).toBeVisible();
		await look(page, 'import-done');
	});

	await test.step('the same file again is known, and can be left out', async () => {
		await page.getByRole('button', { name: 'Another file' }).click();
		await file.setInputFiles({ name: 'ana.vcf', mimeType: 'text/vcard', buffer: card('google') });
		await expect(page.getByText('1 of them is here already')).toBeVisible();
		await look(page, 'import-known');
		await page.getByRole('radio', { name: /^Leave them out/ }).check();
		await page.getByRole('button', { name: 'Import 1 contact', exact: true }).click();
		await expect(page.getByText('0 new, 0 completed, 1 left out')).toBeVisible();
		await page.getByRole('button', { name: 'Another file' }).click();
	});

	await test.step('a table asks what its columns are', async () => {
		const table = 'Wer;Mobil;Quatsch\nBo Berg;+49 170 1;x\n';
		await file.setInputFiles({ name: 'liste.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
		await page.getByRole('combobox', { name: 'Column “Wer”' }).selectOption({ label: 'Whole name' });
		await expect(page.getByRole('combobox', { name: 'Column “Mobil”' })).toHaveValue('phone:mobile');
		await look(page, 'import-columns');
		await page.getByRole('button', { name: 'Read the file' }).click();
		await page.getByRole('button', { name: 'Import 1 contact', exact: true }).click();
		await expect(page.getByText('1 new')).toBeVisible();
		await page.getByRole('button', { name: 'Another file' }).click();
	});

	await test.step('many are brought in steps, and all of them taken back at once', async () => {
		await file.setInputFiles({ name: 'many.vcf', mimeType: 'text/vcard', buffer: Buffer.from(people(1_000)) });
		await page.getByRole('button', { name: 'Import 1000 contacts', exact: true }).click();
		await expect(page.getByText('1000 new')).toBeVisible({ timeout: 60_000 });
		await page.getByRole('button', { name: 'Undo this import' }).click();
		await expect(page.getByText('Everything is as it was before')).toBeVisible();
	});

	await test.step('what is here goes out as a file, to the letter', async () => {
		await page.goto(`${mana.url}/contacts/export`);
		await expect(page.getByRole('combobox', { name: 'What' })).toContainText('All contacts (2)');
		await look(page, 'export');
		const { name, text } = await savedBy(page, () => page.getByRole('button', { name: 'Download' }).click());
		expect(name).toBe('contacts.vcf');
		expect(text).toContain('FN:Ana María Lima');
		expect(text).toContain('item2.X-ABLabel:Boat');
		expect(text).toContain('FN:Bo Berg');
		expect(text).not.toContain('Person 1');
	});
});
