import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { collection } from './collection.ts';
import * as field from './fields/index.ts';
import { lawOf } from './laws/index.ts';
import { lens, mirrorsOf, seenThrough, type WrittenEntry } from './lens.ts';
import { namedRecordId } from './record-id.ts';
import { type Entry, readRow, writeDraft } from './records.ts';

// Version 1 says how long something takes in hours, version 2 in minutes, version 3 as a text of minutes.
const hours = field.integer(1, { from: 0 });
const minutes = field.integer(2, { from: 0 });
const toMinutes = lens(2, hours, minutes, {
	up: (value) => Number(value) * 60,
	down: (value) => Math.floor(Number(value) / 60),
});
const spelled = field.text(4);
const toText = lens(3, minutes, spelled, { up: (value) => `${value} min`, down: (value) => Number.parseInt(String(value), 10) });
const place = { app: 200, number: 9 };
const first = collection('garden/jobs', place, { takes: hours, name: field.text(3) });
const second = collection('garden/jobs', place, { takes: minutes, name: field.text(3) }, { lenses: [toMinutes] });
const third = collection('garden/jobs', place, { takes: spelled, name: field.text(3) }, { lenses: [toMinutes, toText] });
const versions = [first, second, third];
const id = namedRecordId('job');

/** A write by a build of one version, with everything that it writes beside it. */
function written(version: number, draft: Record<string, unknown>, stamp: number, actor: number): WrittenEntry[] {
	const build = versions[version]!;
	const entries = writeDraft(build, draft as never);
	return [...entries, ...entries.flatMap((entry) => mirrorsOf(build.lenses, entry))].map((entry) => ({ ...entry, stamp, actor }));
}

function read(version: number, registers: Iterable<WrittenEntry>): Record<string, unknown> | undefined {
	const build = versions[version]!;
	return readRow(build, id, seenThrough(build.lenses, registers));
}

/** What a store makes of writes in the order in which they come. */
function stored(writes: readonly WrittenEntry[]): Map<string, WrittenEntry> {
	const store = new Map<string, WrittenEntry>();
	for (const write of writes) {
		const name = `${write.field}:${write.key}`;
		const held = store.get(name);
		store.set(name, held ? (lawOf(write.field).merge(held, write) as WrittenEntry) : write);
	}
	return store;
}

const anyWrite = fc.record({ version: fc.nat(2), amount: fc.nat(500), stamp: fc.integer({ min: 1, max: 9 }), actor: fc.nat(2) });
const drafts = [(n: number) => ({ takes: n }), (n: number) => ({ takes: n }), (n: number) => ({ takes: `${n} min` })];

test('I16: what a build wrote it reads, and every older build reads it through the lenses', () => {
	fc.assert(
		fc.property(fc.nat(500), (n) => {
			const store = stored(written(2, { takes: `${n} min` }, 1, 1)).values();
			const registers = [...store];
			expect(read(2, registers)?.['takes']).toBe(`${n} min`);
			expect(read(1, registers)?.['takes']).toBe(n);
			expect(read(0, registers)?.['takes']).toBe(Math.floor(n / 60));
		}),
	);
});

test('I16: what an old build wrote comes back to it from every newer one (get after put)', () => {
	fc.assert(
		fc.property(fc.nat(500), (n) => {
			const registers = [...stored(written(0, { takes: n }, 1, 1)).values()];
			expect(read(1, registers)?.['takes']).toBe(n * 60);
			expect(read(2, registers)?.['takes']).toBe(`${n * 60} min`);
			const kept = written(2, { takes: read(2, registers)?.['takes'] }, 2, 1);
			expect(read(0, [...stored([...registers, ...kept]).values()])?.['takes']).toBe(n);
		}),
	);
});

test('I16: mixed versions agree on who wrote last, in whatever order the writes come', () => {
	fc.assert(
		fc.property(fc.array(anyWrite, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (writes, order) => {
			// A device never writes twice under one stamp.
			const distinct = [...new Map(writes.map((write) => [`${write.stamp} ${write.actor}`, write])).values()];
			const entries = distinct.map(({ version, amount, stamp, actor }) =>
				written(version, drafts[version]!(amount), stamp, actor),
			);
			const shuffled = entries.map((entry, i) => [order[i] ?? i, entry] as const).sort(([a], [b]) => a - b);
			const [here, there] = [entries, shuffled.map(([, entry]) => entry)].map((list) => [...stored(list.flat()).values()]);
			for (const version of [0, 1, 2]) expect(read(version, here!)).toEqual(read(version, there!));
			const last = distinct.reduce((a, b) => (a.stamp - b.stamp || a.actor - b.actor) < 0 ? b : a); // prettier-ignore
			const truth = last.version === 0 ? last.amount * 60 : last.amount;
			expect(read(2, here!)?.['takes']).toBe(`${truth} min`);
			expect(read(1, here!)?.['takes']).toBe(truth);
			expect(read(0, here!)?.['takes']).toBe(Math.floor(truth / 60));
		}),
		{ numRuns: 3000 },
	);
});

test('I16: up and down again leaves every field that no lens touches, unknown ones too', () => {
	const unknown: Entry = { field: 8 * 900, key: '', value: 'newer' };
	const registers = [...written(0, { takes: 3, name: 'Weed' }, 1, 1), { ...unknown, stamp: 1, actor: 1 }];
	const seen = [...seenThrough(third.lenses, registers)];
	for (const register of registers) expect(seen).toContainEqual(register);
	expect(read(2, registers)?.['name']).toBe('Weed');
});

test('a lens is total: what it cannot turn is kept and passed over', () => {
	const brittle = lens(2, field.text(1), field.integer(2, { from: 0 }), {
		up(value) {
			if (value === 'x') throw new Error('a defect');
			return Number(value);
		},
		down: String,
	});
	const old = { key: '', stamp: 1, actor: 1, field: brittle.from.number };
	for (const value of ['x', 'no number', '-1']) {
		const seen = [...seenThrough([brittle], [{ ...old, value }])];
		expect(seen).toEqual([{ ...old, value }]);
	}
	expect([...seenThrough([brittle], [{ ...old, value: null }])]).toContainEqual({
		...old,
		field: brittle.to.number,
		value: null,
	});
});

test('lenses are checked when they are declared', () => {
	expect(() => lens(2, field.integer(1), field.counter(2), { up: (value) => value, down: (value) => value })).toThrow(
		'later write wins',
	);
	expect(() => collection('x/y', place, { takes: minutes }, { lenses: [toText] })).toThrow('nowhere');
	expect(() => collection('x/y', place, { takes: minutes, other: field.flag(1) }, { lenses: [toMinutes] })).toThrow('taken');
	expect(() => collection('x/y', place, { takes: minutes }, { lenses: [toMinutes], minVersion: 3 })).toThrow('no version 3');
	expect(() => collection('x/y', place, { takes: spelled }, { lenses: [toText, toMinutes] })).toThrow('upwards');
	expect([first.version, second.version, third.version]).toEqual([1, 2, 3]);
});
