import { type Finding, finding, type Scene } from './scene.ts';

/** A service that waits, through any number of others, for itself never starts. One finding for each circle. */
export function* noCircleAtStart({ services }: Scene): Generator<Finding> {
	const rowOf = new Map(services.map((row) => [row.name, row]));
	const done = new Set<string>();
	function* visit(name: string, path: readonly string[]): Generator<Finding> {
		if (path.includes(name)) {
			const circle = path.slice(path.indexOf(name));
			yield finding(
				'start-circle',
				circle,
				`These services wait for each other at start: ${[...circle, name].join(' → ')}.`,
				`Drop one of these needs, for instance ${circle.at(-1)} → ${name}.`,
			);
			return;
		}
		if (done.has(name)) return;
		for (const need of rowOf.get(name)?.needs ?? []) yield* visit(need, [...path, name]);
		done.add(name);
	}
	for (const row of services) yield* visit(row.name, []);
}
