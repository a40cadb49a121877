import { cpus, release, totalmem } from 'node:os';
import type { Figure } from './figure.ts';
import type { Floors } from './floors.ts';

/** Everything that a run of the bench found out; this is what `--json` writes and `--baseline` reads. */
export interface Report {
	readonly at: string;
	readonly machine: Machine;
	/** What each engine said about itself: versions, configuration, what its acknowledgement means. */
	readonly engines: Readonly<Record<string, About>>;
	readonly runs: readonly Run[];
}

export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly kernel: string;
	readonly bun: string;
	readonly node: string;
}

export interface About {
	readonly versions: Readonly<Record<string, string>>;
	readonly config: string;
	/** What an acknowledgement of this engine promises; `null` when it gives none. */
	readonly ack: string | null;
	/** Whether that is: on the disk, fsync'd. */
	readonly durable: boolean;
}

/** One workload, with the floors that were taken right before it. */
export interface Run {
	readonly workload: string;
	readonly floors: Floors;
	readonly entries: readonly Entry[];
}

/** What became of one engine in it: figures (the median of the repeats), or why there are none. */
export interface Entry {
	readonly engine: string;
	readonly figures: readonly Figure[];
	readonly repeats: number;
	readonly failure?: { readonly kind: 'time' | 'diverged' | 'not-there' | 'error'; readonly message: string };
}

export async function thisMachine(): Promise<Machine> {
	return {
		cpu: cpus()[0]?.model ?? 'unknown',
		cores: cpus().length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		kernel: release(),
		bun: Bun.version,
		node: (await Bun.$`node --version`.text()).trim(),
	};
}
