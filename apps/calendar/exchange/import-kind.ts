import { newRecordId, type RecordId } from '@mana/model';
import { nextHue } from '@mana/shared/tags';
import { dayAt, speakDay, speakTime } from '@mana/time';
import { getTag, m } from '@mana/ui/i18n';
import type { ImportKind } from '@mana/ui/import/kind';
import { byPosition } from '../actions.ts';
import { calendars, defaultCalendarId, events } from '../model.ts';
import { dayIn, timeIn } from '../moments.ts';
import { bring, finder, weigh } from './bring.ts';
import type { FoundEvent } from './found-event.ts';
import { takeMessageFile } from '../outside/message-file.ts';
import { formatWords } from './words.ts';

const NEW = 'new';
const newId = (): RecordId => newRecordId(Date.now(), (bytes) => crypto.getRandomValues(new Uint8Array(bytes.length)));
/** The calendar that the file that is being brought gets, where it gets one of its own. */
let made = newId();

/** Bringing events from files. @param me whoever is here, with their calendar address */
export function calendarImport(me: () => { readonly id: string; readonly email: string } | null): ImportKind<FoundEvent> {
	return {
		start: () => new Worker(new URL('./read-worker.ts', import.meta.url), { type: 'module' }),
		endings: ['.ics', '.ical', '.ifb', '.icalendar'],
		home: '/calendar',
		words: {
			title: () => m.calendar_import(),
			purpose: () => m.calendar_import_purpose(),
			format: formatWords,
			field: (id) => id,
			count: (count) => m.calendar_events({ count }),
			brought: (count) => m.calendar_brought({ count }),
		},
		message: takeMessageFile,
		into: {
			label: () => m.calendar_import_into(),
			choices(mana, fileName) {
				const rows = mana.query(calendars, { order: byPosition }).rows.filter(({ kind }) => kind !== 'subscription');
				const own = rows.find(({ id }) => id === defaultCalendarId)?.name || m.calendar_default();
				return [
					{ id: defaultCalendarId, name: own },
					...rows
						.filter(({ id }) => id !== defaultCalendarId)
						.map(({ id, name }) => ({ id, name: name || m.calendar_unnamed() })),
					{ id: NEW, name: m.calendar_import_new({ name: nameIn(fileName) }) },
				];
			},
		},
		show: ({ said: { fields, tags } }) => ({
			title: fields.title || m.calendar_untitled(),
			detail: [
				...(fields.start === null ? [] : [momentWords(fields.start)]),
				...(fields.repeat === null ? [] : [m.calendar_repeats()]),
				...(fields.place === '' ? [] : [fields.place]),
				...tags.map((tag) => `#${tag}`),
			].join(' · '),
		}),
		finder(mana) {
			made = newId();
			return finder(mana);
		},
		weigh,
		bring(mana, step, policy, label, { into, fileName }) {
			const draft = { name: nameIn(fileName), hue: nextHue(mana.query(calendars).rows.length + 1) };
			const calendar = into === NEW ? { id: made, draft } : into === defaultCalendarId ? null : (into as RecordId);
			const [here, place] = [me(), { mana, newId, into: calendar }];
			return bring({ ...place, me: here?.email ?? null, by: here?.id ?? null }, step, policy, label);
		},
		remove(mana, ids, label) {
			mana.write(label, (tx) => {
				for (const id of ids) tx.trash(events, id);
			});
		},
	};
}

function nameIn(fileName: string): string {
	return fileName.replace(/\.\w+$/, '').slice(0, 120) || m.calendar_unnamed();
}

function momentWords(text: string): string {
	const day = speakDay(dayIn(text), dayAt(Date.now()), getTag());
	const time = timeIn(text);
	return time === null ? day : `${day}, ${speakTime(time, getTag())}`;
}
