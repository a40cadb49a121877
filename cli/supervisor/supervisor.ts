import { type KeeperOptions, Keeper, type Life } from './keeper.ts';
import type { ProcessPlan } from './plan.ts';
import type { RestartPolicy } from './restarts.ts';
import type { ProcessReport } from './state.ts';
import type { Timers } from './timers.ts';

export interface SupervisorOptions extends Pick<KeeperOptions, 'startTimeoutMs' | 'stopTimeoutMs'> {
	/** In order of need: each after all those that it needs. */
	readonly plans: readonly ProcessPlan[];
	readonly spawn: (plan: ProcessPlan) => Life;
	readonly timers: Timers;
	readonly policy?: RestartPolicy;
	/** Told after every change of state of any process. */
	readonly changed: (keeper: Keeper, message: string | null) => void;
}

/** Runs a set of processes: starts them in order of need, keeps them running, stops them in reverse order. */
export class Supervisor {
	readonly #keepers: ReadonlyMap<string, Keeper>;
	#stopping: Promise<void> | null = null;

	constructor({ plans, ...options }: SupervisorOptions) {
		this.#keepers = new Map(plans.map((plan) => [plan.name, new Keeper({ plan, ...options })]));
	}

	get keepers(): readonly Keeper[] {
		return [...this.#keepers.values()];
	}

	report(): ProcessReport[] {
		return this.keepers.map((keeper) => ({
			name: keeper.plan.name,
			state: keeper.state,
			pid: keeper.pid,
			bornAt: keeper.bornAt,
			restarts: keeper.restarts,
			lastExit: keeper.lastExit,
			services: keeper.plan.services,
			listening: keeper.listening,
		}));
	}

	/**
	 * Starts everything, side by side where nothing has to wait for something else. Settles when each process is ready or given up;
	 * a process whose need was given up is started all the same: it may be able to do half of its work.
	 */
	async start(): Promise<void> {
		const started = new Map<string, Promise<void>>();
		for (const keeper of this.keepers) {
			const needs = keeper.plan.needs.map((need) => started.get(need));
			started.set(
				keeper.plan.name,
				Promise.all(needs).then(() => (this.#stopping ? undefined : keeper.start())),
			);
		}
		await Promise.all(started.values());
	}

	/** Stops everything; a process ends before those that it needs do. */
	stop(): Promise<void> {
		this.#stopping ??= this.#stopInOrder();
		return this.#stopping;
	}

	/** Ends everything at once, and for good. */
	kill(): void {
		for (const keeper of this.keepers) {
			void keeper.stop();
			keeper.kill();
		}
	}

	async #stopInOrder(): Promise<void> {
		const stopped = new Map<string, Promise<void>>();
		for (const keeper of this.keepers.toReversed()) {
			const users = this.keepers.filter((other) => other.plan.needs.includes(keeper.plan.name));
			stopped.set(
				keeper.plan.name,
				Promise.all(users.map((user) => stopped.get(user.plan.name))).then(() => keeper.stop()),
			);
		}
		await Promise.all(stopped.values());
	}
}
