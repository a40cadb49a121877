/** A broken invariant of sync.md §7.1. */
export class Violation extends Error {
	override readonly name = 'Violation';
	readonly invariant: string;

	constructor(invariant: string, detail: string) {
		super(`${invariant}: ${detail}`);
		this.invariant = invariant;
	}
}

/**
 * The oracle cannot tell what was decided: two copies of a profile spoke in the same commit, and one of them let the server forget at once
 * what the other had asked. Nothing can be said of what follows.
 */
export class Inconclusive extends Error {
	override readonly name = 'Inconclusive';
}
