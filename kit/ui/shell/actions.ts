import type { AppManifest, Command, Hit, House } from './manifest.ts';
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

/** Everything one can go to or do, of all apps: the current app's first. */
export function entriesOf(apps: readonly AppManifest[], own: readonly Command[], house: House): Entry[] {
	const command = (prefix: string, app: AppManifest | undefined, one: Command): Entry => ({
		key: `${prefix}/${one.id}`,
		title: one.name(),
		...(one.icon && { icon: one.icon }),
		...(one.shortcut && { shortcut: one.shortcut }),
		...(app && { app, detail: app.name() }),
		run: () => one.run(house),
	});
	return [
		...apps.flatMap((app) => (app.commands ?? []).map((one) => command(app.id, app, one))),
		...apps.flatMap((app) =>
			app.places.map(
				(place): Entry => ({
					key: `${app.id}/go/${place.id}`,
					title: place.name(),
					detail: app.name(),
					icon: place.icon,
					app,
					...(place.shortcut && { shortcut: place.shortcut }),
					run: () => house.go(place.href),
				}),
			),
		),
		...own.map((one) => command('house', undefined, one)),
	];
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

function fold(text: string): string {
	return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
}
