/** Where two arrays differ: before `from` they are alike, and so is what stands behind `was` in the one and `is` in the other. */
export interface ChangedPart {
	readonly from: number;
	/** Where the part ends in the array as it was, exclusive. */
	readonly was: number;
	/** Where it ends in the array as it is, exclusive. */
	readonly is: number;
}

/**
 * The one part in which an array is not as it was, by identity of what is in it: what was reckoned of the rest still holds. Rows of live
 * queries never change, so that after an edit this is a few rows of many thousand.
 */
export function changedPart(before: readonly unknown[], after: readonly unknown[]): ChangedPart {
	const least = Math.min(before.length, after.length);
	let from = 0;
	while (from < least && before[from] === after[from]) from++;
	let same = 0;
	while (same < least - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
	return { from, was: before.length - same, is: after.length - same };
}
