import type { Plan } from '../plan.ts';

/** A history that once failed, as small as it was found. */
export interface Regression {
	/** What had gone wrong. */
	readonly why: string;
	readonly plan: Plan;
}
