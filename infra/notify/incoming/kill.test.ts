import { expect, test } from 'bun:test';
import { startImap } from '@mana/service/testing/imap';
import { mailOf } from '@mana/service/testing/mail';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf, startTestAuth, until } from '../testing.ts';
import { startTaker } from '../testing-takers.ts';

const KILLS = Number(process.env['MANA_TEST_KILLS'] ?? 12);
const program = join(import.meta.dir, '..', 'testing-process.ts');

test('however often it is killed, each mail that comes in is dealt with, under one name, and put away', async () => {
	const home = await mkdtemp(join(tmpdir(), 'mana-notify-in-'));
	const [auth, imap, taker] = [await startTestAuth(), await startImap(), await startTaker()];
	const env = environmentOf({ mailbox: imap.url, privateTargets: false });
	const takers = { 'todo-server': taker.url, 'calendar-server': taker.url };
	const start = async () => {
		const child = Bun.spawn([process.execPath, program, JSON.stringify({ home, auth: auth.url, takers, env })], {
			stdin: 'pipe',
			stdout: 'pipe',
			stderr: 'inherit',
		});
		const { value } = await child.stdout.getReader().read();
		if (value === undefined) throw new Error('mana-notify did not start.');
		return { url: new TextDecoder().decode(value).trim(), child };
	};
	try {
		let life = await start();
		const headers = { authorization: `Bearer ${await auth.token('ada')}` };
		const given = await fetch(`${life.url}/v1/mail-addresses/task`, { method: 'PUT', headers });
		const { address } = (await given.json()) as { address: string };
		let sent = 0;
		for (let kill = 0; kill < KILLS; kill++) {
			for (let n = 0; n < 2; n++) imap.deliver(mailOf({ to: address, id: `${sent++}@there`, subject: `Mail ${sent}` }));
			// A different step of the same way each time: commands to the mailbox are what it does in order.
			const [step, before] = [kill + 1, imap.commands.length];
			await until(() => imap.commands.length >= before + Math.min(step, 4) || imap.uids().length === 0, 10_000);
			for (let wait = kill * 3; wait > 0; wait--) await new Promise(setImmediate);
			life.child.kill('SIGKILL');
			await life.child.exited;
			life = await start();
		}
		await until(() => imap.uids().length === 0, 20_000);
		life.child.kill('SIGTERM');
		await life.child.exited;
		expect(imap.uids('Mana').length).toBe(sent);
		const names = new Map(taker.taken.map(({ key, subject }) => [key, subject]));
		expect(names.size).toBe(sent);
		expect(new Set(names.values()).size).toBe(sent);
		// What was handed over again bears the name by which its service knows it.
		expect(taker.taken.length - sent).toBeLessThanOrEqual(KILLS);
	} finally {
		await Promise.all([imap.close(), taker.close(), auth.close()]);
		await rm(home, { recursive: true, force: true });
	}
}, 120_000);
