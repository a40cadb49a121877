import type { Notes } from './platform.ts';

/** Notes that end with the process: for tests, and where a browser forbids lasting ones. */
export function memoryNotes(kept = new Map<string, string>()): Notes {
	return {
		getItem: (name) => kept.get(name) ?? null,
		setItem: (name, value) => void kept.set(name, value),
		removeItem: (name) => void kept.delete(name),
		names: () => [...kept.keys()],
	};
}
