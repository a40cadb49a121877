import { expect, test } from 'bun:test';
import { type BadgeSystem, countUp, showBadge } from './app-badge.ts';

/** As much of a browser's caches as is used here: one value by its path. */
function caches(): CacheStorage {
	const held = new Map<string, Response>();
	const cache = { put: async (path: string, answer: Response) => void held.set(path, answer) };
	return {
		open: async () => cache,
		match: async (path: string) => held.get(path)?.clone(),
	} as unknown as CacheStorage;
}

/** An icon, and every number that it was given; `null`: it was cleared. */
function icon(): { readonly shown: (number | null)[]; readonly system: BadgeSystem } {
	const shown: (number | null)[] = [];
	const system: BadgeSystem = {
		setAppBadge: async (count) => void shown.push(count ?? NaN),
		clearAppBadge: async () => void shown.push(null),
	};
	return { shown, system };
}

test('the icon bears how much is unread, and nothing when nothing is', async () => {
	const [{ shown, system }, kept] = [icon(), caches()];
	for (const count of [3, 2, 0]) await showBadge(count, system, kept);
	expect(shown).toEqual([3, 2, null]);
});

test('what comes while no page is open is counted on from what the last page showed', async () => {
	const [{ shown, system }, kept] = [icon(), caches()];
	await countUp(system, kept);
	await showBadge(4, system, kept);
	await countUp(system, kept);
	await countUp(system, kept);
	await showBadge(0, system, kept);
	await countUp(system, kept);
	expect(shown).toEqual([1, 4, 5, 6, null, 1]);
});

test('where the system has no icons for apps nothing is done, and where a tab has none it is passed over', async () => {
	const kept = caches();
	await showBadge(3, {}, kept);
	await countUp({}, kept);
	const none = async (): Promise<void> => {
		throw new DOMException('The page is no installed app.', 'InvalidAccessError');
	};
	await showBadge(3, { setAppBadge: none, clearAppBadge: none }, kept);
	const broken = async (): Promise<void> => {
		throw new TypeError('broken');
	};
	expect(showBadge(3, { setAppBadge: broken, clearAppBadge: broken }, kept)).rejects.toThrow('broken');
});
