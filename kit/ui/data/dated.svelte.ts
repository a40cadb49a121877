import type { Mana } from '@mana/sync/client/api';
import { loadWords } from '../i18n/index.ts';
import { preferences } from '../preferences/preferences.svelte.ts';
import type { AppManifest, Dated, DatedEntry, DatedView } from '../shell/manifest.ts';
import { mapped, together } from './mapped.ts';

/** Something of an app on a day, and what shows it. */
export interface ShownEntry {
	readonly view: string;
	/** Of the app. */
	readonly hue: number;
	readonly entry: DatedEntry;
}

/** What the other apps have on days (`dated` of their manifests), for an app that shows it beside its own. */
export class DatedViews {
	readonly all: readonly { readonly app: AppManifest; readonly view: DatedView }[];
	#loaded = $state.raw<ReadonlyMap<string, Dated>>(new Map());

	/** @param own the app that asks */
	constructor(apps: readonly AppManifest[], own: string) {
		this.all = apps.filter(({ id }) => id !== own).flatMap((app) => (app.dated ?? []).map((view) => ({ app, view })));
	}

	/** Fetches what knows the entries of views and their app's words, but of those that are hidden. What cannot be fetched is missing until it is asked for again. */
	load(hidden: ReadonlySet<string> = new Set()): void {
		for (const { app, view } of this.all)
			if (!hidden.has(view.id) && !this.#loaded.has(view.id))
				Promise.all([view.load(), loadWords([app.id])]).then(
					([{ dated }]) => (this.#loaded = new Map([...this.#loaded, [view.id, dated]])),
					(error: unknown) => console.warn(`${view.id} cannot be shown right now:`, error),
				);
	}

	/** What stands on these days, kept current: for `live`. */
	between(mana: Mana, first: string, last: string, hidden: ReadonlySet<string> = new Set()) {
		return together(
			this.all.flatMap(({ app, view }) => {
				const dated = hidden.has(view.id) ? undefined : this.#loaded.get(view.id);
				return dated
					? [mapped(dated(mana, first, last, preferences.timeZone), (entry): ShownEntry => ({ view: view.id, hue: app.hue, entry }))]
					: [];
			}),
		);
	}
}
