import type { RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { calendarActions } from './actions.ts';
import { changedOccurrenceId, events, guests, rooms } from './model.ts';
import { bookingsOf, clashOf, roomAddress, roomIn } from './rooms.ts';

const zone = 'Europe/Berlin';
const [FROM, TO] = [Date.parse('2026-11-01'), Date.parse('2027-01-01')];

function house() {
	const mana = openMemoryMana();
	const actions = calendarActions(mana, () => 1_000, Math.random);
	let room!: RecordId;
	mana.write('room', (tx) => (room = tx.create(rooms, { name: 'Blue', capacity: 8 })));
	const plan = (title: string, start: string, more: object = {}) => {
		const { id } = actions.add('add', { title, start, zone, ...more });
		actions.invite('book', id, { address: roomAddress(room), name: 'Blue', kind: 'room', answer: 'accepted' });
		return id;
	};
	const bookings = () => {
		const rows = mana.query(events, { where: () => true }).rows;
		const invited = (event: RecordId) =>
			mana.query(guests, { where: (one) => one.event === event && one.deletedAt === null }).rows;
		return bookingsOf(room, rows, invited, FROM, TO, zone);
	};
	const list = () => bookings().map(({ event, start }) => `${start} ${event.title}`);
	return { mana, actions, room, plan, bookings, list };
}

test('a room is booked by being invited, and is no person with a mailbox', () => {
	const { mana, room, plan } = house();
	const id = plan('Meeting', '2026-11-26T10:00');
	const [guest] = mana.query(guests, { where: ({ event }) => event === id }).rows;
	expect(guest).toMatchObject({ kind: 'room', answer: 'accepted', name: 'Blue' });
	expect(roomIn(guest!)).toBe(room);
	expect(roomIn({ address: 'blue@example.org' })).toBeNull();
	expect(roomIn({ address: 'urn:mana:room:none' })).toBeNull();
});

test('what takes place in a room follows a series, its changes and what is called off', () => {
	const { actions, plan, list, bookings, mana, room } = house();
	const id = plan('Choir', '2026-11-03T18:00', { repeat: 'FREQ=WEEKLY;COUNT=3' });
	actions.add('add', { title: 'Elsewhere', start: '2026-11-03T18:00', zone });
	const second = bookings()[1]!;
	actions.edit('move', second, { start: '2026-11-11T19:00' }, 'this');
	expect(list()).toEqual(['2026-11-03T18:00 Choir', '2026-11-11T19:00 Choir', '2026-11-17T18:00 Choir']);
	const own = changedOccurrenceId(id, second.occurrence!);
	actions.invite('only Ana', own, { address: 'ana@example.org', name: '' });
	expect(list()).toEqual(['2026-11-03T18:00 Choir', '2026-11-17T18:00 Choir']);
	actions.edit('off', bookings()[1]!, { status: 'cancelled' }, 'this');
	expect(list()).toEqual(['2026-11-03T18:00 Choir']);
	mana.write('out', (tx) => {
		for (const guest of mana.query(guests, { where: (one) => roomIn(one) === room }).rows) tx.trash(guests, guest.id);
	});
	expect(list()).toEqual([]);
});

test('two events have a room at once exactly where both are in it for a moment, whichever of them asks', () => {
	const quarter = (of: number) =>
		`2026-11-02T${String(8 + Math.floor(of / 4)).padStart(2, '0')}:${String((of % 4) * 15).padStart(2, '0')}`;
	const while_ = fc.record({ at: fc.integer({ min: 0, max: 30 }), quarters: fc.integer({ min: 1, max: 8 }) });
	fc.assert(
		fc.property(while_, while_, (a, b) => {
			const { plan, bookings } = house();
			const [one, other] = [a, b].map(({ at, quarters }, i) => plan(`${i}`, quarter(at), { length: quarters * 900 }));
			const both = a.at < b.at + b.quarters && b.at < a.at + a.quarters;
			expect(clashOf(one!, bookings())?.other.event.id ?? null).toBe(both ? other! : null);
			expect(clashOf(other!, bookings())?.other.event.id ?? null).toBe(both ? one! : null);
		}),
	);
});
