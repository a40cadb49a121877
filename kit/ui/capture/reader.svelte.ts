import type { Capture, Repeat } from '@mana/time';
import { today } from '../data/today.svelte.ts';
import { language } from '../i18n/language.svelte.ts';

/** What reads a typed line: fetched when a field for one first gets the focus. */
let reader = $state.raw<typeof import('@mana/time/phrase/index') | null>(null);

let fetching: Promise<void> | null = null;

/**
 * Fetches what reads a typed line, if it is not here yet. Where it cannot be had, lines are titles: nothing typed is lost. All who wait go on in
 * the order in which they came: lines are added as they were typed.
 */
export function fetchReader(): Promise<void> {
	return (fetching ??= import('@mana/time/phrase/index').then(
		(module) => void (reader = module),
		(error: unknown) => {
			fetching = null; // the next line tries again
			console.warn('Days and tags in a line are not understood right now:', error);
		},
	));
}

/** What an app tells the reader of its lines. */
export interface Reading {
	/** Names that may stand behind `@`: projects, calendars. */
	readonly names: readonly string[];
	/** Texts of tokens that the person has dismissed: they stay in the title. */
	readonly dismissed?: ReadonlySet<string>;
	/** Reads how long it lasts and where it is as well, as for appointments. */
	readonly appointments?: true;
}

/** What a typed line says, here and now. Until `fetchReader` is done, it is a title. */
export function readLine(line: string, { names, dismissed, appointments }: Reading): Capture {
	if (!reader) return titleOnly(line);
	return reader.quickAdd(line, {
		today: today.day,
		time: today.time,
		packs: reader.packsFor(language.current),
		projects: names,
		...(dismissed && { dismissed }),
		...(appointments && { appointments }),
	});
}

/** How what was typed comes again, in words; `null` where there are none. */
export function speakTyped(repeat: Repeat): string | null {
	return reader?.speakRepeat(repeat, language.tag) ?? null;
}

function titleOnly(line: string): Capture {
	return {
		title: line.trim(),
		day: null,
		time: null,
		minutes: null,
		wholeDay: false,
		place: null,
		repeat: null,
		tags: [],
		priority: null,
		project: null,
		tokens: [],
	};
}
