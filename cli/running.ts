import { isLocked } from './supervisor/lock.ts';
import { readState, type RunState } from './supervisor/state.ts';

/** What runs in a data folder; `null` where nothing does, or it is only just starting. */
export function runningIn(home: string): RunState | null {
	return isLocked(home) ? readState(home) : null;
}

/** Where a service that runs is called; `null` where it does not. */
export function addressOfRunning({ processes, elsewhere = [] }: RunState, service: string): string | null {
	const all = [...processes.flatMap(({ listening }) => listening), ...elsewhere];
	return all.find((one) => one.name === service)?.url ?? null;
}
