import type { Figure } from '../figure.ts';
import type { Floors } from '../floors.ts';
import type { Stage } from '../stage.ts';

/** One kind of work that every engine is given. A workload is a file; adding one is that file and a line in `index.ts`. */
export interface Workload {
	/** For `--only`. */
	readonly name: string;
	readonly title: string;
	/** What is done, in a sentence with its numbers. */
	readonly how: string;
	/** `ours`: peers are not asked, since the work means nothing outside our engine or has been published by its makers. */
	readonly who: 'all' | 'ours';
	/** The floor that the first figure is compared with. */
	readonly floor?: Exclude<keyof Floors, 'load'>;
	/** Longest that one engine may take. It is stopped then, and the report says so. */
	readonly withinMs: number;
	/** @returns figures, the one that engines are compared by first. @throws `NotThere`, `Diverged`, `TimeIsUp` */
	run(stage: Stage): Promise<Figure[]>;
}
