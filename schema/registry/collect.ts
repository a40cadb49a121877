import type { Collection } from '@mana/model';

/**
 * The collections that modules export, in the order of their numbers.
 *
 * @param modules imported `model.ts` files; whatever else they export is passed over
 * @throws when two collections carry one number: numbers are for ever, so this must fail at start
 */
export function collectionsIn(modules: readonly object[]): readonly Collection[] {
	const byNumber = new Map<number, Collection>();
	for (const value of modules.flatMap((module): unknown[] => Object.values(module))) {
		if (!isCollection(value)) continue;
		const other = byNumber.get(value.number);
		if (other && other !== value) throw new Error(`${other.name} and ${value.name} both carry the number ${value.number}.`);
		byNumber.set(value.number, value);
	}
	return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function isCollection(value: unknown): value is Collection {
	return typeof value === 'object' && value !== null && 'number' in value && 'byNumber' in value && value.byNumber instanceof Map;
}
