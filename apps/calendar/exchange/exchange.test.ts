import { describe, expect, test } from 'bun:test';
import { newRecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { type Found, isTrouble } from '@mana/ui/import/format';
import type { Policy } from '@mana/ui/import/kind';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calendars, events, guests } from '../model.ts';
import { bring, finder, weigh } from './bring.ts';
import { csvExport } from './csv.ts';
import type { FoundEvent } from './found-event.ts';
import { icsExport, icsImport } from './ics.ts';
import { eventsToTake } from './take-along.ts';

const format = icsImport(() => 'Europe/Berlin');
const fixture = (name: string) => readFileSync(join(import.meta.dir, '../ical/fixtures', `${name}.ics`), 'utf8');
const event = (...lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
const calendar = (...inside: readonly string[]) =>
	['BEGIN:VCALENDAR', 'VERSION:2.0', ...inside, 'END:VCALENDAR', ''].join('\r\n');

async function read(text: string): Promise<{ items: FoundEvent[]; troubles: Found<FoundEvent>[]; lines: number[] }> {
	const found: Found<FoundEvent>[] = [];
	async function* pieces() {
		const bytes = new TextEncoder().encode(text);
		// In two parts, cut wherever.
		yield bytes.subarray(0, bytes.length / 2);
		yield bytes.subarray(bytes.length / 2);
	}
	for await (const one of format.read(pieces(), [])) found.push(one);
	return {
		items: found.flatMap((one) => (isTrouble(one) ? [] : [one.item])),
		troubles: found.filter(isTrouble),
		lines: found.map(({ line }) => line),
	};
}

function open() {
	const mana = openMemoryMana();
	let n = 0;
	const newId = () => newRecordId(++n, (bytes) => bytes);
	const put = async (items: readonly FoundEvent[], policy: Policy = 'merge', more: { me?: string; into?: Parameters<typeof bring>[0]['into'] } = {}) => {
		const find = finder(mana);
		const step = items.map((item) => ({ line: 1, item, known: find(item) }));
		return bring({ mana, newId, me: more.me ?? null, by: null, into: more.into ?? null }, step, policy, 'import');
	}; // prettier-ignore
	const rows = () => mana.query(events).rows.filter(({ start }) => start !== null);
	return { mana, put, rows };
}

async function written(mana: ReturnType<typeof open>['mana'], of: typeof csvExport): Promise<string> {
	async function* all() {
		yield* eventsToTake(mana, null, Date.UTC(2026, 10, 27));
	}
	let text = '';
	for await (const part of of.write(all())) text += part;
	return text;
}

describe('a file', () => {
	test('is taken apart, so that what cannot be read is in the way of nothing else', async () => {
		const { items, troubles, lines } = await read(
			calendar(
				event('UID:one', 'DTSTART:20261127T100000Z', 'SUMMARY:One'),
				event('UID:bad', 'SUMMARY:Never'),
				'BEGIN:VTODO\r\nUID:task\r\nSUMMARY:A task\r\nEND:VTODO',
				event('UID:big', 'DTSTART:20261127', `DESCRIPTION:${'x'.repeat(100_000)}`),
				event('DTSTART;VALUE=DATE:20261128', 'SUMMARY:Without a UID'),
			) + 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:cut\r\nDTSTART:20261127T10',
		);
		expect(items.map(({ said }) => said.fields.title)).toEqual(['One', 'Without a UID']);
		expect(troubles).toMatchObject([
			{ reason: 'unreadable', line: 8 },
			{ reason: 'too-big', line: 16 },
			{ reason: 'cut-off', line: 27 },
		]);
		expect(lines).toEqual([3, 8, 16, 21, 27]);
		// The same file brings the same event again.
		const again = await read(calendar(event('DTSTART;VALUE=DATE:20261128', 'SUMMARY:Without a UID')));
		expect(again.items[0]!.uid).toBe(items[1]!.uid);
	});

	test('says in which zone its times are that name none', async () => {
		const { items } = await read(
			calendar('X-WR-TIMEZONE:America/New_York', event('UID:a', 'DTSTART;TZID=Nowhere:20261127T100000')),
		);
		expect(items[0]!.said.fields).toMatchObject({ start: '2026-11-27T10:00', zone: 'America/New_York' });
	});

	test('of any length is read, also one of more lines than a calendar object may have', async () => {
		const many = Array.from({ length: 12_000 }, (_, i) => event(`UID:${i}`, 'DTSTART:20261127T100000Z', `SUMMARY:${i}`));
		expect((await read(calendar(...many))).items).toHaveLength(12_000);
	});
});

test.each(['google', 'apple', 'outlook', 'thunderbird'])('what %s wrote is here with its occurrences, and leaves as it came', async (name) => {
	const { mana, put } = open();
	const { items, troubles } = await read(fixture(name));
	expect(troubles).toEqual([]);
	await put(items);
	const lines = (text: string) => text.replaceAll('\r\n ', '').replaceAll('"', '').split('\r\n').filter((line) => !/^(PRODID|X-WR-|X-MS-OLK-FORCE|METHOD|CALSCALE|BEGIN:VCALENDAR|END:VCALENDAR|VERSION|$)/.test(line)).toSorted(); // prettier-ignore
	const out = await written(mana, icsExport(() => 'Europe/Berlin', () => 'Calendar')); // prettier-ignore
	expect(lines(out)).toEqual(lines(fixture(name)));
	// Here already, by UID: nothing comes twice.
	const again = open();
	await again.put((await read(out)).items);
	expect(again.rows().map(({ id }) => id)).toEqual(expect.arrayContaining(mana.query(events).rows.map(({ id }) => id)));
	expect(await written(again.mana, icsExport(() => 'Europe/Berlin', () => 'Calendar'))).toBe(out); // prettier-ignore
}); // prettier-ignore

describe('an import', () => {
	const party = event('UID:party', 'DTSTART:20261127T190000Z', 'SUMMARY:Party', 'CATEGORIES:Fun,Home', 'ORGANIZER:mailto:ana@example.org', 'ATTENDEE:mailto:ben@example.org'); // prettier-ignore

	test('brings tags and guests, and invites nobody: what somebody invited to themselves has no organizer', async () => {
		const { mana, put, rows } = open();
		await put((await read(calendar(party))).items, 'merge', { me: 'Ana@example.org' });
		const [row] = rows();
		expect(row).toMatchObject({ title: 'Party', organizer: null });
		expect(mana.query(guests).rows).toMatchObject([{ address: 'ben@example.org', event: row!.id }]);
		const names = new Map(mana.query(tags).rows.map(({ id, name }) => [id as string, name]));
		expect([...row!.tags].map((tag) => names.get(tag)).toSorted()).toEqual(['Fun', 'Home']);
		const guest = open();
		await guest.put((await read(calendar(party))).items, 'merge', { me: 'ben@example.org' });
		expect(guest.rows()[0]!.organizer).toBe('ana@example.org');
	});

	test('of what is here already leaves out, completes, or brings it once more', async () => {
		const { mana, put, rows } = open();
		const { items } = await read(calendar(party));
		await put(items);
		const [row] = rows();
		mana.write('edit', (tx) => tx.update(events, row!.id, { title: 'Our party' }));
		const fuller = (await read(calendar(event('UID:party', 'DTSTART:20261127T190000Z', 'SUMMARY:Party', 'LOCATION:Home')))).items;
		expect(await put(fuller, 'skip')).toMatchObject({ added: [], merged: [], skipped: 1 });
		expect(rows()[0]!.place).toBe('');
		expect(await put(fuller, 'merge')).toMatchObject({ added: [], merged: [row!.id] });
		expect(rows()).toMatchObject([{ title: 'Our party', place: 'Home' }]);
		await put(fuller, 'both');
		expect(
			rows()
				.map(({ title }) => title)
				.toSorted(),
		).toEqual(['Our party', 'Party']);
		expect((await written(mana, icsExport(() => 'UTC', () => 'x'))).match(/^UID:/gm)).toHaveLength(2); // prettier-ignore
	});

	test('is taken back with the calendar that was made for it, and can be done again', async () => {
		const { mana, put, rows } = open();
		const { items } = await read(fixture('google'));
		const into = { id: newRecordId(77, (bytes) => bytes), draft: { name: 'Old', hue: 140 } };
		const { written: action } = await put(items, 'merge', { into });
		expect(rows().every((row) => row.calendar === into.id)).toBe(true);
		expect(action.undo()).toBe(true);
		expect([rows(), mana.query(calendars).rows]).toEqual([[], []]);
		await put(items);
		expect(rows().length).toBeGreaterThan(1);
		// Out of the trash as well.
		mana.write('trash', (tx) => rows().forEach(({ id }) => tx.trash(events, id)));
		await put(items);
		expect(rows().length).toBeGreaterThan(1);
	});

	test('is cut in steps by what it writes', async () => {
		const { items } = await read(
			calendar(party, event('UID:long', 'DTSTART:20261127T190000Z', `DESCRIPTION:${'x'.repeat(20_000)}`)),
		);
		expect(weigh(items[0]!)).toBeLessThan(0.05);
		expect(weigh(items[1]!)).toBeGreaterThan(0.1);
	});
});

test('a table has a row for each event and each changed occurrence', async () => {
	const { mana, put } = open();
	await put(
		(await read(calendar(event('UID:a', 'DTSTART;VALUE=DATE:20261127', 'DTEND;VALUE=DATE:20261129', 'SUMMARY:Trip')))).items,
	);
	expect((await written(mana, csvExport)).split('\r\n').slice(0, 2)).toEqual([
		'\uFEFFtitle,start,end,zone,place,notes,link,status,repeats',
		'Trip,2026-11-27,2026-11-28,,,,,confirmed,',
	]);
});
