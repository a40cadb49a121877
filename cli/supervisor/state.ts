import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit, Listening, ProcessState } from './keeper.ts';

/** What a running Mana says about itself, in `<home>/run/state.json`. Times are milliseconds since 1970. */
export interface RunState {
	readonly pid: number;
	readonly startedAt: number;
	readonly publicUrl: string;
	readonly offset: number;
	readonly processes: readonly ProcessReport[];
	/** Services that a host plan puts on other machines, and where this one calls them. */
	readonly elsewhere?: readonly Listening[];
}

export interface ProcessReport {
	readonly name: string;
	readonly state: ProcessState;
	readonly pid: number | null;
	/** When its present life began. */
	readonly bornAt: number;
	readonly restarts: number;
	readonly lastExit: Exit | null;
	readonly services: readonly string[];
	readonly listening: readonly Listening[];
}

export function writeState(home: string, state: RunState): void {
	const file = stateFile(home);
	writeFileSync(`${file}.new`, `${JSON.stringify(state, null, '\t')}\n`, { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

/** What the last Mana in this folder said is over. */
export function clearState(home: string): void {
	rmSync(stateFile(home), { force: true });
}

/** @returns `null` when no Mana has run in this folder, or one is only just starting */
export function readState(home: string): RunState | null {
	try {
		return JSON.parse(readFileSync(stateFile(home), 'utf8')) as RunState;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

function stateFile(home: string): string {
	return join(home, 'run', 'state.json');
}
