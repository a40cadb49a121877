import { decodeFrame, encodeFrame } from '@mana/sync';
import { tasks as model } from '../apps/todo/model.ts';
import { look } from './look.ts';
import { invite } from './people.ts';
import { addField, addTasks, syncPill, task, tick, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('pages that are too old to write say so, keep what they show, and are loaded anew when the person says so', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice({ person: await invite(mana, 'Olga Old') });
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Written in time');
	await expect(syncPill(page, 'Up to date')).toBeVisible();

	let isOld = true;
	await page.routeWebSocket(/mana-sync/, (socket) => {
		const server = socket.connectToServer();
		server.onMessage((message) => {
			const frame = typeof message === 'string' ? null : decodeFrame(new Uint8Array(message));
			if (isOld && frame?.type === 'welcome') socket.send(Buffer.from(encodeFrame({ ...frame, outdated: [model.number] })));
			else socket.send(message);
		});
	});
	await page.reload();

	await test.step('the cloud says so in words', async () => {
		await expect(syncPill(page, 'Too old to write')).toBeVisible();
		await syncPill(page, 'Too old to write').click();
		await expect(page.getByText('nothing is lost')).toBeVisible();
		await look(page, 'outdated');
		await page.keyboard.press('Escape');
	});

	await test.step('what one wants to change stays as it is, and one is told', async () => {
		await tick(page, 'Written in time');
		await expect(page.getByText('That was not changed')).toBeVisible();
		await expect(task(page, 'Written in time').getByRole('checkbox')).not.toBeChecked();
		expect(await titles(page)).toEqual(['Written in time']);
	});

	await test.step('newer pages write', async () => {
		isOld = false;
		await page.getByRole('button', { name: 'Reload to update' }).first().click();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await addField(page).waitFor();
		await addTasks(page, 'Written again');
		await expect.poll(() => titles(page)).toEqual(['Written in time', 'Written again']);
	});
});
