import { fold } from '@mana/model';
import type { AppManifest, Command, Hit, House, Place } from './manifest.ts';
import type { IconName } from '../components/icons.ts';

/** One line of the palette. */
export interface Entry {
	readonly key: string;
	readonly title: string;
	readonly detail?: string;
	readonly icon?: IconName;
	readonly app?: AppManifest;
	readonly shortcut?: string;
	run(): void | Promise<void>;
}

/**
 * Everything one can go to or do, of all apps: the current app's first, and only its keys, since those of others do nothing here.
 *
 * @param here the app that is open, `null` in the hub
 */
export function entriesOf(
	apps: readonly AppManifest[],
	here: AppManifest | null,
	own: readonly Command[],
	house: House,
): Entry[] {
	const sorted = [...apps].sort((a, b) => Number(b === here) - Number(a === here));
	return [
		...sorted.flatMap((app) => (app.commands ?? []).map((one) => commandEntry(app.id, one, house, app, app === here))),
		...sorted.flatMap((app) => app.places.map((place) => placeEntry(app, place, house, app === here))),
		...own.map((one) => commandEntry('house', one, house)),
	];
}

function commandEntry(owner: string, one: Command, house: House, app?: AppManifest, keysWork = true): Entry {
	return {
		key: `${owner}/${one.id}`,
		title: one.name(),
		...(one.icon && { icon: one.icon }),
		...(one.shortcut && keysWork && { shortcut: one.shortcut }),
		...(app && { app, detail: app.name() }),
		run: () => one.run(house),
	};
}

function placeEntry(app: AppManifest, place: Place, house: House, keysWork: boolean): Entry {
	return {
		key: `${app.id}/go/${place.id}`,
		title: place.name(),
		detail: app.name(),
		icon: place.icon,
		app,
		...(place.shortcut && keysWork && { shortcut: place.shortcut }),
		run: () => house.go(place.href),
	};
}

/** A record that was found, as a line of the palette. */
export function hitEntry(app: AppManifest, hit: Hit, house: House): Entry {
	return {
		key: `${app.id}/hit/${hit.id}`,
		title: hit.title,
		...(hit.detail && { detail: hit.detail }),
		app,
		run: () => house.go(hit.href),
	};
}

/**
 * How well words fit a text, 0 (not) to 1 (the same). Each word must be found: at the start of the text, at the start of a word, or
 * inside one. Marks on letters do not matter.
 */
export function fit(text: string, words: string): number {
	const hay = fold(text);
	const needle = fold(words).trim();
	if (needle === '') return 0.5;
	if (hay === needle) return 1;
	if (hay.startsWith(needle)) return 0.9;
	let worst = 0.8;
	for (const word of needle.split(/\s+/)) {
		const at = hay.indexOf(word);
		if (at < 0) return 0;
		const starts = at === 0 || hay.includes(` ${word}`);
		worst = Math.min(worst, starts ? 0.8 : 0.5);
	}
	return worst;
}
