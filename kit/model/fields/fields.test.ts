import { expect, test } from 'bun:test';
import { type Field, guarded, type Hand, type OneRegister } from '../field.ts';
import { namedRecordId, newRecordId } from '../record-id.ts';
import type { Value } from '../value.ts';
import * as field from './index.ts';

const id = namedRecordId('x');
const examples: Record<string, { field: Field<never>; fits: Value[]; breaks: Value[] }> = {
	text: { field: field.text(1, { max: 5 }) as never, fits: ['', 'hello', null], breaks: ['too long', 5, true] },
	integer: { field: field.integer(1, { from: 0, to: 9 }) as never, fits: [0, 9, null], breaks: [-1, 10, 1.5, '3'] },
	flag: { field: field.flag(1) as never, fits: [true, false, null], breaks: [1, 'true'] },
	instant: { field: field.instant(1) as never, fits: [0, -5, 1e12, null], breaks: [0.5, 'today'] },
	day: {
		field: field.day(1) as never,
		fits: ['2026-11-23', '2028-02-29', null],
		breaks: ['2027-02-29', '2026-13-01', '23.11.', 5],
	},
	partialDay: {
		field: field.partialDay(1) as never,
		fits: ['1990-11-23', '--02-29', null],
		breaks: ['2027-02-29', '--13-01', '--02-30', '11-23', '1990', 5],
	},
	clockTime: { field: field.clockTime(1) as never, fits: ['00:00', '23:59', null], breaks: ['24:00', '7:00', 700] },
	moment: {
		field: field.moment(1) as never,
		fits: ['2026-11-23', '2028-02-29', '2026-11-23T00:00', '2026-11-23T23:59:59', null],
		breaks: ['2027-02-29', '2027-02-29T10:00', '2026-11-23T24:00', '2026-11-23T10:00Z', '2026-11-23T7:00', '', 5],
	},
	choice: { field: field.choice(1, ['a', 'b']) as never, fits: ['a', 'b', 'newer', null], breaks: [1, 'x'.repeat(41)] },
	reference: { field: field.reference(1) as never, fits: [id, null], breaks: ['nobody', 5] },
	parent: { field: field.parent(1) as never, fits: [id, null], breaks: ['nobody', 5] },
	blob: {
		field: field.blob(1) as never,
		fits: [`${'0a'.repeat(32)} 12 image/png Holiday in Rome.png`, null],
		breaks: ['0a 12 image/png x', `${'0a'.repeat(32)} -1 image/png x`, `${'0a'.repeat(32)} 1 image x`, 5],
	},
	position: { field: field.position(1) as never, fits: ['a0', 'a1V', null], breaks: ['', 'zzz', 4] },
};

for (const [name, { field, fits, breaks }] of Object.entries(examples)) {
	test(`${name} takes what fits and names the rule of what does not`, () => {
		for (const value of fits) expect(field.check(value, '')).toBeNull();
		for (const value of breaks) expect(field.check(value, '')).toMatch(/\w.*\.$/);
		expect(field.check(fits[0]!, 'key')).toMatch(/no keys/);
	});

	test(`${name} reads what it wrote, and its fallback when it was cleared`, () => {
		const form = one(field);
		for (const value of fits)
			if (value !== null && value !== 'newer') expect<unknown>(form.write(form.read(value))).toEqual(value);
		expect<unknown>(form.read(null)).toEqual(field.fallback);
	});

	test(`${name} goes to JSON and back`, () => {
		for (const value of fits) {
			const read = one(field).read(value);
			const plain: unknown = JSON.parse(JSON.stringify(field.toPlain(read)));
			expect<unknown>(one(field).write(field.fromPlain(plain)!)).toEqual(one(field).write(read));
		}
	});
}

function one(field: Field<never>): OneRegister<never, never> {
	if (field.form.kind !== 'one') throw new Error('This field has keys.');
	return field.form;
}

test('a choice of a newer app reads as the first option', () => {
	expect<unknown>(one(field.choice(1, ['a', 'b']) as never).read('newer')).toBe('a');
});

test('a text with half a character is mended before it is written', () => {
	expect<unknown>(one(field.text(1) as never).write('a\ud83d' as never)).toBe('a\ufffd');
});

test('a set takes keys that are in or out', () => {
	const tags = field.set(1);
	expect(tags.check(true, 'home')).toBeNull();
	expect(tags.check(null, 'home')).toBeNull();
	for (const [value, key] of [
		[true, ''],
		[true, 'x'.repeat(65)],
		[false, 'home'],
		['yes', 'home'],
		[true, '\ud83d'],
	] as const)
		expect(tags.check(value, key)).not.toBeNull();
});

test('extremes take numbers, and what was reached cannot be cleared', () => {
	for (const extreme of [field.greatest(1), field.least(1)]) {
		expect(extreme.check(-5, '')).toBeNull();
		for (const wrong of [null, 1.5, '3']) expect(extreme.check(wrong, '')).not.toBeNull();
		expect(extreme.check(1, 'key')).toMatch(/no keys/);
	}
});

/** Somebody who writes registers of one field, all of which are on their way until `settle`. */
function writerOf(name: string, registers: Map<string, Value>): Hand & { settle(): void } {
	const busy = new Set<string>();
	let given = 0;
	return {
		name,
		fresh: () => `${name}.${given++}`,
		look(key) {
			const value = registers.get(key) ?? null;
			return { value, busy: busy.has(key) || (busy.add(key), false) };
		},
		settle: () => busy.clear(),
	};
}

test('a counter adds every step once, up and down, whoever counts and however often a total comes', () => {
	const stars = field.counter(1);
	if (stars.form.kind !== 'keys') throw new Error('A counter has keys.');
	const registers = new Map<string, Value>();
	const hands = ['a', 'b'].map((name) => writerOf(name, registers));
	let sum = 0;
	for (const [i, add] of [1, 1, -3, 5, 2, -1, 7, 0].entries()) {
		sum += add;
		for (const [key, total] of stars.form.write({ add }, sum, hands[i % 2]!)) {
			expect(stars.check(total, key)).toBeNull();
			registers.set(key, total);
			registers.set(key, total); // comes again
		}
		if (i % 3 === 2) for (const hand of hands) hand.settle();
		expect(stars.form.read(registers)).toBe(sum);
	}
	for (const [key, value] of [
		['', 1],
		['+', 1],
		['x', 1],
		['+a', 0],
		['+a', -1],
		['+a', 1.5],
		['+a', null],
	] as const)
		// prettier-ignore
		expect(stars.check(value, key)).not.toBeNull();
});

test('a step of a counter never rests on one that is still on its way', () => {
	const stars = field.counter(1);
	if (stars.form.kind !== 'keys') throw new Error('A counter has keys.');
	const registers = new Map<string, Value>();
	const hand = writerOf('a', registers);
	const [first] = stars.form.write({ add: 2 }, 0, hand);
	registers.set(...first!);
	const [second] = stars.form.write({ add: 3 }, 2, hand);
	expect(second![0]).not.toBe(first![0]);
	expect(second![1]).toBe(3);
	hand.settle();
	expect(stars.form.write({ add: 3 }, 2, hand)).toEqual([[first![0], 5]]);
});

test('a map takes values by keys and writes what changes', () => {
	const votes = field.map(1);
	if (votes.form.kind !== 'keys') throw new Error('A map has keys.');
	const current = votes.form.read(new Map<string, Value>([['ana', 1]]));
	expect(votes.form.write({ ana: 1, ben: 'yes', cleo: null }, current, writerOf('a', new Map()))).toEqual([['ben', 'yes']]);
	expect(votes.check('any', 'ana')).toBeNull();
	for (const key of ['', 'x'.repeat(65), '\ud83d']) expect(votes.check(true, key)).not.toBeNull();
	expect(votes.fromPlain(votes.toPlain(current))).toEqual({ ana: 1 });
});

test('a document cuts a big update into cells and joins it again', () => {
	const body = field.document(1);
	if (body.form.kind !== 'keys') throw new Error('A document has keys.');
	const hand = writerOf('a', new Map());
	const updates = [1, 48 * 1024, 48 * 1024 + 1, 200_000].map((length) => new Uint8Array(length).fill(length % 251));
	const written = updates.flatMap((append) =>
		body.form.kind === 'keys' ? body.form.write({ append }, body.fallback, hand) : [],
	);
	expect(written).toHaveLength(1 + 1 + 2 + 5);
	for (const [key, value] of written) expect(body.check(value, key)).toBeNull();
	expect(field.updatesOf(body.form.read(new Map(written)))).toEqual(updates);
	expect(body.form.write({ append: updates[0]!, instead: ['x', 'y'] }, body.fallback, hand).slice(1)).toEqual([['x', null], ['y', null]]); // prettier-ignore
	expect(body.check('text', 'k')).not.toBeNull();
});

test('a unique name is a request until it was granted', () => {
	const name = field.unique(1);
	const form = one(name as never) as unknown as OneRegister<field.Claim | null, string | null>;
	const request = form.write(' Ana ');
	expect(name.check(request, '')).toBeNull();
	expect(form.read(request)).toEqual({ name: 'Ana', granted: false });
	expect(form.read('=unique Ana')).toEqual({ name: 'Ana', granted: true });
	expect(form.read(null)).toBeNull();
	expect(form.write(null)).toBeNull();
	for (const wrong of ['=unique Ana', 'Ana', '?unique ', '?other x', `?unique ${'x'.repeat(201)}`, 5])
		expect(name.check(wrong, '')).not.toBeNull();
});

test('only a field whose later write wins can be guarded', () => {
	expect(guarded(field.text(1)).guarded).toBe(true);
	for (const merging of [field.set(1), field.counter(1), field.greatest(1), field.parent(1)]) expect(() => guarded(merging as Field<unknown>)).toThrow('guarded'); // prettier-ignore
});

/** What a record with these attachments reads after a draft, and what was written. */
function attach(registers: Map<string, Value>, draft: field.AttachmentsDraft) {
	const files = field.attachments(1);
	if (files.form.kind !== 'keys') throw new Error('Attachments have keys.');
	const written = files.form.write(draft, files.form.read(registers), writerOf('a', registers));
	for (const [key, value] of written) {
		expect(files.check(value, key)).toBeNull();
		if (value === null) registers.delete(key);
		else registers.set(key, value);
	}
	return { rows: files.form.read(registers), written };
}

const file = (name: string) => ({ hash: '0a'.repeat(32), size: 12, type: 'image/png', name });
const madeAt = (ms: number) => newRecordId(ms, (bytes) => bytes.fill(7));

test('attachments are in the order of their places, then by age, and tell when they came and from whom', () => {
	const registers = new Map<string, Value>();
	const [first, second, third] = [madeAt(1000), madeAt(2000), madeAt(3000)];
	attach(registers, { [third]: { file: file('c.png') }, [second]: { file: file('b.png'), by: 'ada' } });
	const { rows } = attach(registers, { [first]: { file: file('a.png'), position: 'a1' } });
	expect(rows.map(({ file: { name }, addedAt, by }) => [name, addedAt, by])).toEqual([
		['a.png', 1000, ''],
		['b.png', 2000, 'ada'],
		['c.png', 3000, ''],
	]);
	expect(attach(registers, { [third]: { position: 'a0' } }).rows.map(({ id }) => id)).toEqual([third, first, second]);
});

test('attachments are renamed, moved and taken out by what changes alone; what is gone stays gone', () => {
	const registers = new Map<string, Value>();
	const id = madeAt(5);
	attach(registers, { [id]: { file: file('a.png'), by: 'ada', position: 'a0' } });
	expect(attach(registers, { [id]: { name: 'a.png', position: 'a0', by: 'ada' } }).written).toEqual([]);
	expect(attach(registers, { [id]: { name: 'Rome 1.png' } }).written).toEqual([
		[id, `${'0a'.repeat(32)} 12 image/png Rome 1.png`],
	]);
	expect(attach(registers, { [id]: null }).written.map(([key]) => key)).toEqual([id, `${id}.place`, `${id}.by`]);
	expect(registers.size).toBe(0);
	expect(attach(registers, { [id]: { name: 'back', position: 'a1' } }).written).toEqual([]);
	expect(attach(registers, { [id]: null }).written).toEqual([]);
});

test('attachments take an id with a reference, a place or a person, and nothing else', () => {
	const files = field.attachments(1);
	const id = madeAt(5);
	const reference = `${'0a'.repeat(32)} 12 image/png x`;
	for (const [value, key] of [
		[reference, ''],
		[reference, 'mine'],
		[reference, `${id}.size`],
		['x', id],
		[true, id],
		['zzz', `${id}.place`],
		['x'.repeat(129), `${id}.by`],
	] as const)
		expect(files.check(value, key)).toMatch(/\w.*\.$/);
});

test('attachments go to JSON and back', () => {
	const files = field.attachments(1);
	const [a, b] = [new Map<string, Value>(), new Map<string, Value>()];
	const { rows } = attach(a, {
		[madeAt(1)]: { file: file('a.png'), by: 'ada', position: 'a0' },
		[madeAt(2)]: { file: file('b') },
	});
	const draft = files.fromPlain(JSON.parse(JSON.stringify(files.toPlain(rows))));
	expect(attach(b, draft!).rows).toEqual(rows);
	for (const wrong of ['x', [5], [{ ...file('a') }], [{ id: 5, ...file('a') }], [{ id: madeAt(1), name: 'x' }]])
		expect(files.fromPlain(wrong)).toBeUndefined();
});
