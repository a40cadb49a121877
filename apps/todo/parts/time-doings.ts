import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CalendarSearch from '@lucide/svelte/icons/calendar-search';
import { goto } from '$app/navigation';
import type { RecordId } from '@mana/model';
import type { Written } from '@mana/sync/client/api';
import type { Day } from '@mana/time';
import { settle } from '@mana/ui/data/mana.svelte';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import { language } from '@mana/ui/i18n/language.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import { openMenu } from '@mana/ui/shell/menus.svelte';
import { toast } from '@mana/ui/shell/toasts.svelte';
import type { Task } from '../model.ts';
import type { KeptTimes, Planned } from '../times.svelte.ts';
import { spanTimes, titleOf } from '../words.ts';

/** Offers the next free times for a task in a menu, at a control or a row; any other time is found in the calendar. */
export function offerTimes(times: KeptTimes, task: Task, at: HTMLElement): void {
	times.suggest(task).then((spans) => {
		openMenu(at, m.todo_time_for({ title: titleOf(task) }), [
			...spans.map((span) => ({
				name: spanTimes(span, today.day, language.tag, preferences.timeZone),
				icon: CalendarClock,
				run: () => keepTime(times, [{ task, span }]),
			})),
			{
				name: m.todo_time_other(),
				icon: CalendarSearch,
				separated: spans.length > 0,
				run: () => void goto(`/calendar/week?plan=${task.id}`),
			},
		]);
	}, sayNoTimes);
}

/** Keeps time for each of these tasks on a day, one after another, as far as there is room. */
export function fitTimes(times: KeptTimes, chosen: readonly Task[], day: Day): void {
	times.fit(chosen, day).then((found) => {
		if (found.length > 0) keepTime(times, found);
		if (found.length < chosen.length) toast({ text: m.todo_time_full({ count: chosen.length - found.length }) });
	}, sayNoTimes);
}

export function dropTime(times: KeptTimes, id: RecordId): void {
	const said = m.todo_time_dropped();
	later(times.drop(said, id), said);
}

/** What keeps time could not be fetched: nothing was done. */
export function sayNoTimes(error: unknown): void {
	console.warn('What keeps time cannot be fetched right now:', error);
	toast({ text: m.todo_time_unavailable() });
}

function keepTime(times: KeptTimes, wanted: readonly Planned[]): void {
	const said = m.todo_time_done({ count: wanted.length });
	later(times.keep(said, wanted), said);
}

function later(written: Promise<Written>, said: string): void {
	written.then((made) => settle(made, said), sayNoTimes);
}
