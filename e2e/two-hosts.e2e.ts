import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostPlan, portOf } from '@mana/schema';
import { run, startMana, statesOf } from './mana.ts';
import { addTasks, comebackMs, goToTodo, syncPill, titles } from './screen.ts';

/** mana-sync stands on a machine of its own, and there at a number that is not the schema's. */
const syncPort = portOf('mana-media');
const plan: HostPlan = {
	name: 'apart',
	title: 'Sync on a machine of its own',
	hosts: [
		{ name: 'near', title: 'The hub', system: 'any', address: '127.0.0.1' },
		{ name: 'far', title: 'Sync', system: 'any', address: '127.0.0.2' },
	],
	placements: [
		{ service: 'mana-auth', host: 'near', exposure: 'lan' },
		{ service: 'mana-web', host: 'near' },
		{ service: 'mana-sync', host: 'far', exposure: 'lan', ports: { main: syncPort } },
	],
	publicNames: [],
	notDeployed: [],
};

test('a plan over two machines: sign-up and sync by the hub of one, with mana-sync on the other', async ({ browser }) => {
	test.setTimeout(240_000);
	const folder = mkdtempSync(join(tmpdir(), 'mana-two-hosts-'));
	const file = join(folder, 'plan.json');
	writeFileSync(file, JSON.stringify(plan));
	const near = await startMana(['--plan', file, '--host', 'near']);
	const startFar = () => run(join(folder, 'far'), near.offset, /Mana is ready/, ['--plan', file, '--host', 'far']);
	let far = startFar();
	const open = async () => (await browser.newContext()).newPage();
	try {
		await far.ready;
		const a = await open();
		await test.step('each machine runs what the plan puts there, and nothing else', async () => {
			const services = (home: string) => statesOf(home).flatMap((process) => process.services);
			expect(services(near.home).sort()).toEqual(['mana-auth', 'mana-web']);
			expect(services(join(folder, 'far'))).toEqual(['mana-sync']);
			const at = (host: string, port: number) => `http://${host}:${port + near.offset}`;
			await expect(fetch(`${at('127.0.0.2', portOf('mana-sync'))}/health/live`)).rejects.toThrow();
			expect((await fetch(`${at('127.0.0.2', syncPort)}/metrics`)).status, 'a scraper of another machine').toBe(200);
			await expect(
				fetch(`${at('127.0.0.2', portOf('mana-web'))}/health/live`),
				'the hub is for its own machine',
			).rejects.toThrow();
		});

		await test.step('somebody signs up and writes', async () => {
			await a.goto(near.setupLink);
			await a.getByLabel('Your name').fill('Ada Lovelace');
			await a.getByLabel('E-mail').fill('ada@example.org');
			await a.getByLabel('Password').fill('correct horse battery');
			await a.getByRole('button', { name: 'Make it mine' }).click();
			await a.getByRole('link', { name: 'Open Mana' }).click();
			await goToTodo(a);
			await addTasks(a, 'Written here');
			await expect(syncPill(a, 'Up to date')).toBeVisible();
		});

		await test.step('the other machine goes away and comes back, and what was written meanwhile is sent', async () => {
			await far.end();
			await addTasks(a, 'Written while it was away');
			await expect(syncPill(a, '1 unsent')).toBeVisible();
			far = startFar();
			await far.ready;
			await expect(syncPill(a, 'Up to date')).toBeVisible({ timeout: comebackMs });
		});

		await test.step('a second browser has it all', async () => {
			const b = await open();
			await b.context().addCookies(await a.context().cookies());
			await b.goto(`${near.url}/todo`);
			await expect.poll(() => titles(b)).toEqual(['Written here', 'Written while it was away']);
		});
	} finally {
		await far.end();
		await near.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});
