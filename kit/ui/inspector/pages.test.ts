import { expect, test } from 'bun:test';
import { dirname, join } from 'node:path';

const apps = join(import.meta.dir, '../../../apps');

test('every app has the inspector as its page “sync”, and so has the hub', async () => {
	const rooms = (await Array.fromAsync(new Bun.Glob('*/app.ts').scan({ cwd: apps }))).map((path) => dirname(path));
	expect(rooms.length).toBeGreaterThan(0);
	for (const room of [...rooms, '(hub)']) {
		const page = Bun.file(join(apps, room, 'sync/+page.svelte'));
		expect([room, (await page.exists()) && (await page.text()).includes('<Inspector />')]).toEqual([room, true]);
	}
});
