import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTool, type Tool } from '../../cli/setup/tools.mjs';
import { hostPlans } from '../plans.ts';
import type { HostPlan } from '../plans.ts';
import { ranges } from '../ranges.ts';
import { services } from '../services.ts';
import type { Facts, Generator } from './generator.ts';

/** The repository's folder. */
export const root = join(import.meta.dirname, '../..');

/** The schema as it stands: most rows are only planned. */
export const asItStands: Facts = { services, ranges, plans: hostPlans, appFiles: [] };

/** The schema on the day when every row is built, so that each branch of a generator is judged before then. */
export const allBuilt: Facts = {
	...asItStands,
	services: services.map((row) => (row.status === 'planned' ? { ...row, status: 'running' } : row)),
};

export const bothDays: readonly (readonly [day: string, facts: Facts])[] = [
	['as it stands', asItStands],
	['with every row built', allBuilt],
];

/** Plans that something is deployed by. */
export const livingPlans: readonly HostPlan[] = hostPlans.filter((plan) => !plan.record);

/** What a generator writes for a path. @throws when it writes no such file */
export function textOf(generator: Generator, facts: Facts, path: string): string {
	const file = generator.files(facts).find((file) => file.path === path);
	if (!file) throw new Error(`${generator.name} does not write ${path}.`);
	return file.text;
}

/** Writes what a generator makes into a folder of its own, for programs that read files. */
export function written(generator: Generator, facts: Facts): { readonly folder: string; [Symbol.dispose](): void } {
	const folder = mkdtempSync(join(tmpdir(), 'mana-judged-'));
	for (const { path, text } of generator.files(facts)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** A program that judges files, or `null` where this machine has none: `node test.mjs` says so once for all of them. */
export function judge(name: Tool): ((...args: readonly string[]) => { readonly ok: boolean; readonly said: string }) | null {
	const file = findTool(root, name);
	if (file === null) return null;
	return (...args) => {
		const { exitCode, stdout, stderr } = Bun.spawnSync([file, ...args]);
		return { ok: exitCode === 0, said: `${stdout.toString()}${stderr.toString()}` };
	};
}
