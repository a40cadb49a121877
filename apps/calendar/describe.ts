import type { RecordId, Value } from '@mana/model';
import { referenceOf } from '@mana/model';
import type { Place } from '@mana/sync/cell';
import type { Mana } from '@mana/sync/client/api';
import { tags } from '@mana/shared/model';
import { dayAt, speakDay, speakMinutes, speakTime } from '@mana/time';
import { m } from '@mana/ui/i18n';
import { reminderWords } from '@mana/ui/reminders/reminder-words';
import { repeatWords } from '@mana/ui/repeat/repeat-words';
import type { DateWays, Describer } from '@mana/ui/shell/manifest';
import { type Event, type Guest, calendars, events, guests, rooms, sets, settings } from './model.ts';
import { dayIn, isDay, timeIn } from './moments.ts';
import { answerName, lengthWords, privacyName, showsName, statusName, titleOf } from './words.ts';

const event = events.fields;
const guest = guests.fields;

/** What each field is called in the middle of a sentence. */
const fieldNames: ReadonlyMap<string, () => string> = new Map([
	...named(events.number, {
		[event.title.number]: m.calendar_field_title,
		[event.notes.number]: m.calendar_field_notes,
		[event.place.number]: m.calendar_field_place,
		[event.url.number]: m.calendar_field_url,
		[event.meeting.number]: m.calendar_field_meeting,
		[event.calendar.number]: m.calendar_field_calendar,
		[event.start.number]: m.calendar_field_start,
		[event.length.number]: m.calendar_field_length,
		[event.zone.number]: m.calendar_field_zone,
		[event.endZone.number]: m.calendar_field_zone,
		[event.repeat.number]: m.calendar_field_repeat,
		[event.extra.number]: m.calendar_field_repeat,
		[event.except.number]: m.calendar_field_repeat,
		[event.status.number]: m.calendar_field_status,
		[event.shows.number]: m.calendar_field_shows,
		[event.privacy.number]: m.calendar_field_privacy,
		[event.reminders.number]: m.calendar_field_reminder,
		[event.travel.number]: m.calendar_field_travel,
		[event.buffer.number]: m.calendar_field_buffer,
		[event.hue.number]: m.calendar_field_hue,
		[event.files.number]: m.calendar_field_files,
		[event.tags.number]: m.calendar_field_tag,
		[event.organizer.number]: m.calendar_field_organizer,
		[event.series.number]: m.calendar_field_repeat,
		[event.occurrence.number]: m.calendar_field_repeat,
	}),
	...named(calendars.number, {
		[calendars.fields.name.number]: m.calendar_field_name,
		[calendars.fields.hue.number]: m.calendar_field_hue,
		[calendars.fields.notes.number]: m.calendar_field_notes,
		[calendars.fields.source.number]: m.calendar_field_url,
		[calendars.fields.zone.number]: m.calendar_field_zone,
	}),
	...named(rooms.number, {
		[rooms.fields.name.number]: m.calendar_field_name,
		[rooms.fields.place.number]: m.calendar_field_place,
		[rooms.fields.capacity.number]: m.calendar_field_seats,
	}),
	...named(sets.number, { [sets.fields.name.number]: m.calendar_field_name }),
	...named(guests.number, { [guest.answer.number]: m.calendar_field_answer, [guest.name.number]: m.calendar_field_name }),
]);

function named(collection: number, fields: Readonly<Record<number, () => string>>): (readonly [string, () => string])[] {
	return Object.entries(fields).map(([field, name]) => [`${collection}/${field}`, name] as const);
}

/** Events, calendars and guests in words. */
export const describer: Describer = {
	record(mana, collection, id) {
		if (collection === calendars.number)
			return m.calendar_called_calendar({ name: mana.get(calendars, id)?.name || m.calendar_default() });
		if (collection === settings.number) return m.calendar_settings();
		if (collection === rooms.number) return m.calendar_called_room({ name: mana.get(rooms, id)?.name || m.calendar_unnamed() });
		if (collection === sets.number) return m.calendar_called_set({ name: mana.get(sets, id)?.name ?? '' });
		if (collection === guests.number) {
			const row = mana.get(guests, id);
			return row ? m.calendar_called_guest({ name: row.name || row.address }) : m.calendar_called_gone();
		}
		const row = mana.get(events, id);
		return row ? m.calendar_called_event({ title: titleOf(row) }) : m.calendar_called_gone();
	},
	at(mana, collection, id) {
		const row = collection === events.number ? mana.get(events, id) : undefined;
		return row && row.deletedAt === null ? { title: titleOf(row), href: `/calendar?event=${id}` } : undefined;
	},
	field: (collection, field) => fieldNames.get(`${collection}/${field}`)?.(),
	value(mana, place, value, ways) {
		if (place.collection === events.number) return valueOfEvent(mana, place, value, ways);
		if (place.collection === guests.number && place.field === guest.answer.number)
			return answerName((value ?? 'none') as Guest['answer']);
		return undefined;
	},
};

function valueOfEvent(mana: Mana, { field, key }: Place, value: Value, { tag, timeZone }: DateWays): string | undefined {
	const today = dayAt(Date.now(), timeZone);
	switch (field) {
		case event.start.number:
		case event.occurrence.number:
			return value === null ? undefined : momentWords(String(value), today, tag);
		case event.except.number:
		case event.extra.number:
			return momentWords(key, today, tag);
		case event.length.number:
			return lengthWords(Number(value ?? event.length.fallback), tag);
		case event.repeat.number:
			return repeatWords(value === null ? null : String(value), 'due', tag);
		case event.status.number:
			return statusName((value ?? 'confirmed') as Event['status']);
		case event.shows.number:
			return showsName((value ?? 'busy') as Event['shows']);
		case event.privacy.number:
			return privacyName((value ?? 'public') as Event['privacy']);
		case event.reminders.number:
			return /^-?\d+$/.test(key) ? reminderWords(Number(key), false, tag) : undefined;
		case event.travel.number:
		case event.buffer.number:
			return speakMinutes(Number(value ?? 0), tag);
		case event.calendar.number:
			return value === null ? m.calendar_default() : (mana.get(calendars, value as RecordId)?.name ?? undefined);
		case event.tags.number:
			return mana.get(tags, key as RecordId)?.name;
		case event.files.number: // of a whole row it is the name already
			return referenceOf(value)?.name;
		case event.zone.number:
			return value === null ? m.calendar_zone_floating() : String(value);
		default:
			return undefined;
	}
}

function momentWords(text: string, today: string, tag: string): string {
	const day = speakDay(dayIn(text), today, tag);
	return isDay(text) ? day : `${day}, ${speakTime(timeIn(text)!, tag)}`;
}
