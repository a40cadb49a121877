import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../cli/setup/tools.mjs';
import { startFiles } from './testing/server.ts';

const litmus = findTool(join(import.meta.dirname, '../..'), 'litmus');

test.skipIf(!litmus)(
	'litmus, the judge of WebDAV servers, finds nothing in 104 tests',
	async () => {
		const service = await startFiles({ now: () => Date.now() });
		// It writes a log into the folder it runs in.
		const folder = await mkdtemp(join(tmpdir(), 'mana-litmus-'));
		try {
			const run = Bun.spawn([litmus!, '-k', service.files, 'ana', 'secret'], { cwd: folder, stdout: 'pipe', stderr: 'pipe' });
			const said = await new Response(run.stdout).text();
			await run.exited;
			const passed = [...said.matchAll(/summary for .*: of (\d+) tests run: (\d+) passed, (\d+) failed/g)];
			const total = (group: number) => passed.reduce((sum, match) => sum + Number(match[group]), 0);
			const warned = said.split('\n').filter((line) => /FAIL|WARNING|SKIPPED/.test(line));
			expect({ run: total(1), passed: total(2), failed: total(3), warned }).toEqual({
				run: 104,
				passed: 104,
				failed: 0,
				warned: [],
			});
		} finally {
			await service.close();
			await rm(folder, { recursive: true });
		}
	},
	60_000,
);
