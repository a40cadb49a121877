/**
 * The circles of a graph: for every set of nodes that reach each other, one shortest way around.
 *
 * @param edges from each node to the nodes it leads to; an edge from a node to itself is no circle (a component may draw itself)
 */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
	const found: string[][] = [];
	const inCircle = new Set<string>();
	for (const node of [...edges.keys()].sort()) {
		if (inCircle.has(node)) continue;
		const circle = shortestWayBack(node, edges);
		if (!circle) continue;
		for (const member of circle) inCircle.add(member);
		found.push(circle);
	}
	return found;
}

/** Breadth first from a node until an edge leads back to it. */
function shortestWayBack(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | null {
	const cameFrom = new Map<string, string>();
	const queue = [start];
	for (const node of queue) {
		for (const next of edges.get(node) ?? []) {
			if (next === start && node !== start) return wayTo(node, start, cameFrom);
			if (next === start || cameFrom.has(next)) continue;
			cameFrom.set(next, node);
			queue.push(next);
		}
	}
	return null;
}

function wayTo(node: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
	const way = [node];
	for (let step = node; step !== start;) {
		step = cameFrom.get(step) ?? start;
		way.unshift(step);
	}
	return way;
}
