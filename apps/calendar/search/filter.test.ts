import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { tagId, tags } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import fc from 'fast-check';
import { calendars, defaultCalendarId, type Event } from '../model.ts';
import { eventRow } from '../rows.fixture.ts';
import type { FilterWorld } from './conditions.ts';
import { filterOf, SORTS, suggestions } from './filter.ts';

const today = '2026-11-26';
const mana = openMemoryMana();
let work!: RecordId;
mana.write('begin', (tx) => {
	tx.create(tags, { name: 'Home' }, tagId('home'));
	work = tx.create(calendars, { name: 'Work' });
});
const dentist = eventRow({
	title: 'Zahnärztin', place: 'Große Straße 3', start: '2026-11-26T11:00', length: 1_800, tags: [tagId('home')], reminders: ['15'],
}); // prettier-ignore
const round = eventRow({ title: 'Team round', start: '2026-01-05T09:00', repeat: 'FREQ=WEEKLY', calendar: work, length: 3_600 });
const trip = eventRow({
	title: 'Trip',
	start: '2026-08-01',
	length: 3 * 86_400,
	status: 'cancelled',
	shows: 'free',
	privacy: 'private',
});
const party = eventRow({ title: 'Party', start: '2026-12-24T19:00', length: 7_200, notes: 'bring cake', calendar: work });
const all: readonly Event[] = [dentist, round, trip, party];
const world: FilterWorld = {
	today,
	now: `${today}T10:00`,
	tags: mana.query(tags).rows,
	calendars: [{ id: defaultCalendarId, name: 'Calendar' }, ...mana.query(calendars).rows],
	guestsOf: (id) => (id === party.id ? [{ name: 'Ana Lima', address: 'ana@x.example' }] : []),
	dayOf: (event) => (event === round ? '2026-11-30' : event.start!.slice(0, 10)),
	dayAt: () => today,
};
const found = (text: string) => {
	const { where, order } = filterOf(text, world);
	return all.filter(where).toSorted(order).map(({ title }) => title); // prettier-ignore
};

describe('a search of events', () => {
	test.each([
		['', []],
		['grosse 3', ['Zahnärztin']],
		['cake', ['Party']],
		['#home', ['Zahnärztin']],
		['tag:none sort:title', ['Party', 'Team round', 'Trip']],
		['@work', ['Team round', 'Party']],
		['@ana', ['Party']],
		['guest:x.example', ['Party']],
		['calendar:Calendar & !has:reminder', ['Trip']],
		['when:today', ['Zahnärztin']],
		['wann:today..+7', ['Team round', 'Zahnärztin']],
		['when:<today', ['Trip']],
		['length:<=30', ['Zahnärztin']],
		['dauer:>60 & is:coming', ['Party']],
		['is:repeating', ['Team round']],
		['is:past | is:cancelled', ['Trip']],
		['is:allday', ['Trip']],
		['is:private', ['Trip']],
		['has:guest', ['Party']],
		['has:place', ['Zahnärztin']],
		['ort:none & is:busy sort:-when', ['Party', 'Team round']],
	])('%s', (text, expected) => {
		expect(filterOf(text, world).problem).toBeNull();
		expect(found(text)).toEqual(expected as string[]);
	});

	test.each([
		['#nothing', 'unknown-name'],
		['kalender:Nothing', 'unknown-name'],
		['colour:red', 'unknown-key'],
		['is:blue', 'unknown-value'],
		['when:someday', 'unknown-value'],
		['length:long', 'unknown-value'],
		['sort:colour', 'unknown-sort'],
		['(cake', 'open-parenthesis'],
	])('%s is wrong, and finds nothing', (text, code) => {
		expect(filterOf(text, world).problem?.code).toBe(code as never);
		expect(found(text)).toEqual([]);
	});

	test('finds exactly what its opposite does not, and nothing of the trash', () => {
		const key = fc.constantFrom(
			'#home',
			'@work',
			'@ana',
			'is:past',
			'has:notes',
			'when:week',
			'length:>30',
			'trip',
			'place:none',
		);
		fc.assert(
			fc.property(key, (query) => {
				expect([...found(query), ...found(`!(${query})`)].toSorted()).toEqual(all.map(({ title }) => title).toSorted());
			}),
		);
		expect(filterOf('trip', world).where({ ...trip, deletedAt: 1 })).toBe(false);
	});

	test('whatever is offered while one types reads without a problem', () => {
		for (const begun of ['i', 'is:', 'has:', '@', '#h', 'when:', 'created:', 'length:', 'place:', 'calendar:', 'guest:', 'sort:'])
			for (const { text, from, to, open } of suggestions(begun, begun.length, world))
				if (!open) expect([text, filterOf(begun.slice(0, from) + text + begun.slice(to), world).problem]).toEqual([text, null]);
		expect(SORTS).toContain('when');
	});
});
