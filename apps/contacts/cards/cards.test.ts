import { describe, expect, test } from 'bun:test';
import { type Card, labelOf, lineOf, linesOf, parseCard, parseCards, toVersion, typesOf, writeCard } from '@mana/dav/vcard/index';
import fc from 'fast-check';
import { join } from 'node:path';
import { nameOfParts } from '../name.ts';
import { emptyDetail, type SaidDetail } from './detail-lines.ts';
import { matchDetails } from './match.ts';
import { readContact, type SaidFields } from './read.ts';
import { cardOf, type ContactState } from './write.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const fixtures = join(import.meta.dirname, '../../../kit/dav/vcard/fixtures');
const cardsIn = async (name: string) => parseCards(new Uint8Array(await Bun.file(join(fixtures, `${name}.vcf`)).arrayBuffer()));
const card = (...lines: readonly string[]) => parseCard(bytes(['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n')));

const word = fc.constantFrom('Ana', 'Müller', 'de la Cruz', "O'Hara; Jr", '李', 'a, b', 'C:\\new', '💛 x');
const some = fc.oneof(fc.constant(''), word);
const fields: fc.Arbitrary<SaidFields> = fc
	.record({
		kind: fc.constantFrom('person' as const, 'organisation' as const),
		prefix: some, given: some, additional: some, family: some, suffix: some, phoneticGiven: some, phoneticFamily: some, nickname: some,
		organisation: some, phoneticOrganisation: some, department: some, title: some, role: some, pronouns: some,
		birthday: fc.constantFrom(null, '1984-02-29', '--11-23'),
		anniversary: fc.constantFrom(null, '2015-06-20'),
		notes: fc.constantFrom('', 'one\ntwo, three; four', '日本'),
		whole: fc.constantFrom('', 'As I call them'),
	})
	.map(({ whole, ...one }) => ({ ...one, shownAs: whole === nameOfParts({ ...one, shownAs: '' }) ? '' : whole })); // prettier-ignore
const detail: fc.Arbitrary<SaidDetail> = fc.oneof(
	fc.record({ kind: fc.constant('email' as const), value: fc.constantFrom('a@b.example', 'c@d.example', 'e@f.example'), label: fc.constantFrom('', 'home', 'work', 'school', 'other', 'Verein') }),
	fc.record({ kind: fc.constant('phone' as const), value: fc.constantFrom('+351 21', '0170', '*#100'), label: fc.constantFrom('', 'mobile', 'home', 'work', 'main', 'home-fax', 'work-fax', 'pager', 'other', 'Boot; klein') }),
	fc.record({ kind: fc.constant('address' as const), street: word, locality: some, postcode: some, country: some, label: fc.constantFrom('', 'home', 'work', 'billing', 'Hütte') }),
	fc.record({ kind: fc.constant('place' as const), value: fc.constantFrom('48.137154, 11.576124', '-33.85, 151.21', '0, 0'), label: fc.constantFrom('', 'home', 'work', 'Hütte') }),
	fc.record({ kind: fc.constant('link' as const), value: fc.constantFrom('https://a.example/?a=b;c,d', 'b.example'), label: fc.constantFrom('', 'homepage', 'blog', 'work') }),
	fc.record({ kind: fc.constant('message' as const), value: fc.constantFrom('+49170', '@ana:chat.example'), service: fc.constantFrom('signal', 'matrix'), label: fc.constantFrom('', 'home') }),
	fc.record({ kind: fc.constant('date' as const), day: fc.constantFrom('2020-01-01', '--01-01'), label: fc.constantFrom('name-day', 'met', 'death', 'Abitur') }),
	fc.record({ kind: fc.constant('relation' as const), value: word, label: fc.constantFrom('spouse', 'child', 'mother', 'friend', 'Hausarzt') }),
	fc.record({ kind: fc.constant('custom' as const), value: word, label: fc.constantFrom('Shoe size', 'Kundennummer') }),
).map((one) => ({ ...emptyDetail(one.kind), ...one })); // prettier-ignore
const state: fc.Arbitrary<ContactState> = fc.record({
	uid: fc.constant('1-2-3'),
	fields,
	details: fc.uniqueArray(fc.tuple(detail, fc.boolean()).map(([one, preferred]) => ({ ...one, preferred })), { maxLength: 6, selector: (one) => JSON.stringify([one.kind, one.value, one.street, one.day]) }), // prettier-ignore
	groups: fc.uniqueArray(fc.constantFrom('Family', 'a, b', 'Käse; Club'), { maxLength: 2 }),
	photo: fc.constant(null),
	changedAt: fc.constant(Date.UTC(2026, 10, 26)),
});
const sorted = (details: readonly SaidDetail[]) => details.map((one) => JSON.stringify(one)).toSorted();

describe('a contact as a card', () => {
	test('says all of it in every version', () => {
		fc.assert(
			fc.property(state, fc.constantFrom('2.1' as const, '3.0' as const, '4.0' as const), (is, version) => {
				const said = readContact(parseCard(bytes(writeCard(toVersion(cardOf(is, null), version)))));
				expect(said.fields).toEqual(is.fields);
				expect(sorted(said.details)).toEqual(sorted(is.details));
				expect(said.groups.toSorted()).toEqual(is.groups.toSorted());
				expect(said.uid).toBe(is.uid);
			}),
			{ numRuns: 150 },
		);
	});

	test('that was another one says the new one, keeps what nobody knows, and is the same again when nothing changes', () => {
		fc.assert(
			fc.property(state, state, fc.constantFrom('3.0' as const, '4.0' as const), (was, is, version) => {
				const held = toVersion(cardOf(was, null), version);
				const kept: Card = { ...held, lines: [...held.lines, { name: 'X-EVOLUTION-FILE-AS', parameters: [], value: 'a\\;b' }] };
				const before = readContact(kept);
				expect(cardOf({ ...before, photo: null, changedAt: 0 }, kept)).toBe(kept);
				const after = cardOf(is, kept);
				const said = readContact(parseCard(bytes(writeCard(toVersion(after, version)))));
				expect(said.fields).toEqual(is.fields);
				expect(sorted(said.details)).toEqual(sorted(is.details));
				expect(lineOf(after, 'X-EVOLUTION-FILE-AS')?.value).toBe('a\\;b');
			}),
			{ numRuns: 150 },
		);
	});
});

test('a place is the GEO of a card, in the words of each version; what is no place is kept, and is not called one', () => {
	const places = (read: Card) => readContact(read).details.map(({ kind, value }) => [kind, value]);
	const old = card('VERSION:3.0', 'UID:1', 'N:Lima;Ana;;;', 'FN:Ana Lima', 'GEO:48.137154;11.576124');
	const now = card(
		'VERSION:4.0',
		'UID:1',
		'N:Lima;Ana;;;',
		'FN:Ana Lima',
		'GEO;TYPE=work:geo:48.137154\\,11.576124;u=20',
		'GEO:https://geo.example/ana',
	);
	expect(places(old)).toEqual([['place', '48.137154, 11.576124']]);
	expect(places(now)).toEqual([['place', '48.137154, 11.576124']]);
	const said = { ...readContact(old), photo: null, changedAt: 0 };
	expect(cardOf(said, old)).toBe(old);
	const moved = cardOf({ ...said, details: [{ ...said.details[0]!, value: '-33.85, 151.21' }] }, old);
	expect(linesOf(toVersion(moved, '4.0'), 'GEO').map(({ value }) => value)).toEqual(['geo:-33.85,151.21']);
	expect(linesOf(toVersion(moved, '3.0'), 'GEO').map(({ value }) => value)).toEqual(['-33.85;151.21']);
	const typed = cardOf({ ...said, details: [{ ...emptyDetail('place'), value: 'by the lake' }] }, null);
	expect([linesOf(typed, 'GEO').length, linesOf(typed, 'X-MANA-CUSTOM').map(({ value }) => value)]).toEqual([0, ['by the lake']]);
});

describe('what programs wrote', () => {
	test.each(['google', 'apple', 'outlook', 'nokia', 'thunderbird'])(
		'%s: comes back to the letter while nobody changes it',
		async (name) => {
			for (const one of await cardsIn(name)) {
				const said = readContact(one);
				const kept: Card = { ...one, lines: one.lines.filter((line) => line.name !== 'PHOTO') };
				expect(cardOf({ ...said, photo: null, changedAt: 0 }, kept)).toBe(kept);
			}
		},
	);

	test('Google', async () => {
		const said = readContact((await cardsIn('google'))[0]!);
		expect(said.fields).toMatchObject({ given: 'Ana', family: 'Lima', nickname: 'Aninha', shownAs: 'Ana María Lima', anniversary: '2015-06-20', birthday: '1984-02-29', phoneticGiven: 'Ah-na' }); // prettier-ignore
		expect(said.groups).toEqual(['Family']);
		expect(said.details.map(({ kind, label, value }) => [kind, label, value])).toEqual([
			['email', 'Newsletter', 'ana@mana.example'],
			['email', 'home', 'ana.lima@home.example'],
			['phone', 'Boat', '+351 21 000 00 00'],
			['phone', 'mobile', '+351 912 345 678'],
			['address', '', ''],
			['link', 'profile', 'http://www.google.com/profiles/1234'],
			['link', 'homepage', 'https://lima.example/\\?a=b;c'],
			['relation', 'spouse', 'Rui Lima'],
			['message', '', 'ana@chat.example'],
			['message', '', 'ana.talk'],
		]);
		expect(said.photo).toEqual({ kind: 'address', address: 'https://lh3.googleusercontent.com/contacts/abc' });
	});

	test('Apple', async () => {
		const said = readContact((await cardsIn('apple'))[0]!);
		expect(said.fields).toMatchObject({ kind: 'organisation', organisation: 'Käsewerk GmbH', department: 'Einkauf', birthday: '--11-23', anniversary: '2011-05-14' }); // prettier-ignore
		expect(said.details.find(({ kind }) => kind === 'social')).toMatchObject({
			service: 'mastodon',
			value: 'https://social.example/@joerg',
		});
		expect(said.details.filter(({ kind }) => kind === 'relation').map(({ label, value }) => [label, value])).toEqual([
			['child', 'Lena Müller'],
			['Hausarzt', 'Herr Huber'],
		]);
		expect(said.photo).toMatchObject({ kind: 'bytes', type: 'image/jpeg' });
	});

	test('of what changed only that line changes, and it keeps what programs said of it', () => {
		const kept = card(
			'VERSION:4.0',
			'FN:A',
			'N:;A;;;',
			'item1.TEL;TYPE=cell,voice;X-SIM=2:0170',
			'item1.X-ABLabel:Boat',
			'TEL;TYPE=work:1',
			'UID:1',
		);
		const said = readContact(kept);
		const renamed = said.details.map((one) => (one.label === 'Boat' ? { ...one, label: 'home' } : one));
		const after = cardOf({ ...said, details: renamed, photo: null, changedAt: 0 }, kept);
		expect(linesOf(after, 'TEL').map(typesOf)).toEqual([['voice', 'home'], ['work']]);
		expect(linesOf(after, 'TEL')[0]!.parameters).toContainEqual({ name: 'X-SIM', values: ['2'] });
		expect(labelOf(after, linesOf(after, 'TEL')[0]!)).toBe('');
		const moved = said.details.map((one) => (one.label === 'Boat' ? { ...one, value: '0171' } : one));
		const called = cardOf({ ...said, details: moved, photo: null, changedAt: 0 }, kept);
		expect(linesOf(called, 'TEL').map(({ value }) => value)).toEqual(['0171', '1']);
		expect(labelOf(called, linesOf(called, 'TEL')[0]!)).toBe('Boat');
	});
});

describe('which number is which', () => {
	const phone = (value: string, label: string): SaidDetail => ({ ...emptyDetail('phone'), value, label });
	test('is found by value first, then by label', () => {
		const { pairs, gone, added } = matchDetails(
			[phone('1', 'home'), phone('2', 'work'), phone('3', 'mobile')],
			[phone('2', 'home'), phone('9', 'mobile'), phone('4', 'other')],
		);
		expect(pairs.map(([a, b]) => [a.value, b.value])).toEqual([
			['2', '2'],
			['3', '9'],
		]);
		expect([gone.map(({ value }) => value), added.map(({ value }) => value)]).toEqual([['1'], ['4']]);
	});
});
