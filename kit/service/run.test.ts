import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeldOffset, freeOffset } from '@mana/schema/offsets';
import { addressIn } from './addresses.ts';

const entry = `
import { defineService, runServices } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
const make = (name, config = {}) => defineService({ name, config, open: ({ log }) => ({
	routes: (app) => app.get('/slow', async (c) => { log.warn('slow begins'); await Bun.sleep(150); return c.text('done'); }),
	ready: async () => {}, close: async () => log.warn('closing'),
}) });
await runServices([make('mana-user'), make('mana-media', { quota: z.number().default(5) })]);
`;

let folder: string;
let held: HeldOffset;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'mana-run-'));
	await writeFile(join(folder, 'main.ts'), entry);
	held = await freeOffset();
});
afterEach(async () => {
	held.close();
	await rm(folder, { recursive: true });
});

function run(env: Record<string, string> = {}) {
	return Bun.spawn([process.execPath, join(folder, 'main.ts')], {
		env: { PATH: process.env['PATH'], MANA_HOME: folder, MANA_PORT_OFFSET: String(held.offset), ...env },
		stdout: 'pipe',
		stderr: 'pipe',
	});
}

async function alive(service: string): Promise<void> {
	for (;;) {
		const answer = await fetch(`${addressIn(service, held.offset)}/health/live`).catch(() => null);
		if (answer?.ok) return;
		await Bun.sleep(10);
	}
}

test('one process hosts several services from the environment, answers what is under way on SIGTERM, and stops in reverse order', async () => {
	const child = run();
	await alive('mana-user');
	await alive('mana-media');
	const answer = fetch(`${addressIn('mana-user', held.offset)}/slow`);
	const reader = child.stdout.getReader();
	let log = '';
	while (!log.includes('slow begins')) log += new TextDecoder().decode((await reader.read()).value);
	child.kill('SIGTERM');
	expect(await (await answer).text()).toBe('done');
	for (let part = await reader.read(); !part.done; part = await reader.read()) log += new TextDecoder().decode(part.value);
	expect(await child.exited).toBe(0);
	const closing = log.split('\n').filter((line) => line.includes('"closing"'));
	expect(closing.map((line) => (JSON.parse(line) as { service: string }).service)).toEqual(['mana-media', 'mana-user']);
});

test('a setting that does not fit stops the whole process with a message for people', async () => {
	const child = run({ MANA_MEDIA_QUOTA: 'much' });
	expect(await child.exited).toBe(1);
	expect(await new Response(child.stderr).text()).toBe(
		'mana-media cannot start with this configuration:\n' +
			'  MANA_MEDIA_QUOTA is "much". Invalid input: expected number, received string. Rule: number. Example: MANA_MEDIA_QUOTA=5\n',
	);
});

test('a port that is taken stops the process with its holder and a command', async () => {
	const first = run();
	await alive('mana-media');
	const second = run();
	expect(await second.exited).toBe(1);
	const said = await new Response(second.stderr).text();
	expect(said).toContain(`is taken by process ${first.pid} (`);
	expect(said).toMatch(/npm start -- --port-offset \d+/);
	first.kill('SIGINT');
	expect(await first.exited).toBe(0);
});
