import { deploymentOf, planNamed, services } from '@mana/schema';
import { live, type NeedsReport } from '@mana/service';
import manifest from '../package.json' with { type: 'json' };
import { readMetrics } from './metrics-text.ts';
import { expect, test } from './test.ts';

/** What `npm start` runs, by the schema. */
const deployed = deploymentOf(planNamed('default'));
const ask = async (port: number, path: string) => {
	const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
	return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

test('everything that runs is what the schema says, is ready, is measured, and reaches what it needs', async ({ mana }) => {
	expect(deployed.length).toBeGreaterThan(20);
	for (const { row, as, ports } of deployed)
		await test.step(row.name, async () => {
			const port = ports[0].port + mana.offset;
			const alive = await ask(port, row.health ?? '');
			const said = live.parse(JSON.parse(alive.text));
			expect([alive.status, said.name, said.version]).toEqual([200, row.name, manifest.version]);
			expect(said.pid, 'a process of its own').not.toBe(process.pid);
			expect(said.startedAt).toBeLessThanOrEqual(Date.now());

			expect((await ask(port, '/health/ready')).status).toBe(200);

			const followed = JSON.parse((await ask(port, '/health/needs')).text) as NeedsReport;
			expect(followed.name).toBe(row.name);
			expect(followed.needs).toEqual(
				row.needs.map((name) => expect.objectContaining({ name, reached: true, ready: true, reason: null }) as unknown),
			);

			if (row.metrics !== null) {
				const metrics = await ask(port, row.metrics);
				expect([metrics.status, metrics.type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/) as unknown]);
				const families = readMetrics(metrics.text);
				expect(families.map(({ name }) => name)).toContain('http_request_duration_seconds');
				for (const { samples } of families) for (const { labels } of samples) expect(labels['service']).toBe(row.name);
			}
			expect(row.metrics === null, 'only what shares the process of the hub is measured there').toBe(as === 'door');
		});
});

test('where nothing runs yet, nothing answers', async ({ mana }) => {
	const kept = services.filter((row) => row.status === 'planned').flatMap((row) => row.ports);
	expect(kept.length).toBeGreaterThan(20);
	for (const { port } of kept) await expect(ask(port + mana.offset, '/'), String(port)).rejects.toThrow();
});
