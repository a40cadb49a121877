import { faultsIn, type View } from './checks.ts';
import type { Told, WireView } from './replica.ts';

/** What a client says of itself. */
export type State = Told & { kind: 'state' };

/** The last transaction of each writer that something was promised of. */
interface Promised {
	/** It is on the server's disk. */
	readonly acked: ReadonlyMap<string, number>;
	/** It is on its device's disk. */
	readonly saved: ReadonlyMap<string, number>;
}

/** Nothing acknowledged is lost, nothing was refused, and what all agree on is whole. @param keeping whether devices have disks that outlive them */
export function verdict({ acked, saved }: Promised, states: readonly State[], keeping: boolean): string[] {
	const faults = states.flatMap(({ view, refused }) => [
		...faultsIn(viewOf(view)),
		...(refused > 0 ? [`${refused} transactions were refused`] : []),
	]);
	// Who did not settle is behind, which is a fault of another kind.
	const known = new Set(states.flatMap(({ view }) => view.marks.map(([writer, count]) => `${writer} ${count}`)));
	for (const [writer, count] of acked)
		if (!known.has(`${writer} ${count}`)) faults.push(`I3: ${writer} ${count} was acknowledged and is lost`);
	for (const [writer, count] of keeping ? saved : [])
		if (!known.has(`${writer} ${count}`)) faults.push(`I3: ${writer} ${count} was on its device's disk and is lost`);
	return [...new Set(faults)];
}

/** A view as the checks read it. */
export function viewOf({ tops, marks }: WireView): View {
	return { tops, marks: marks.map(([writer, count, value, keys]) => ({ writer, count, value, keys, seen: new Map() })) };
}
