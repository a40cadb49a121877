import { describe, expect, test } from 'bun:test';
import { cardTexts } from './card-texts.ts';

const card = (version: '3.0' | '4.0', ...lines: readonly string[]) =>
	['BEGIN:VCARD', `VERSION:${version}`, 'UID:urn:uuid:ann', 'FN:Ann Lee', 'N:Lee;Ann;;;', ...lines, 'END:VCARD', ''].join('\r\n');
const old = (...lines: readonly string[]) => card('3.0', ...lines);
const linesOf = (text: string) => text.replaceAll('\r\n ', '').split('\r\n').slice(2, -2).toSorted(); // prettier-ignore

describe('cards', () => {
	test('are known by their UID, however it is written', () => {
		expect([cardTexts.uidOf(old()), cardTexts.uidOf(old().replace('urn:uuid:', '')), cardTexts.uidOf('BEGIN:VCALENDAR')]).toEqual(['ann', 'ann', null]); // prettier-ignore
	});

	test('say the same in both versions, in any order and case, with labels in whichever group, and with what is empty left out', () => {
		const one = old(
			'item1.TEL;TYPE=CELL,pref:+49 30 1', 'item1.X-ABLabel:_$!<Boat>!$_', 'EMAIL;TYPE=INTERNET;TYPE=home:ann@x.example',
			'CATEGORIES:Friends,Choir', 'PHOTO;ENCODING=b;TYPE=JPEG:AAAA', 'BDAY:1990-02-03', 'ORG:', 'REV:2026-01-01T00:00:00Z',
		); // prettier-ignore
		const other = card(
			'4.0',
			'PHOTO:data:image/jpeg;base64,AAAA', 'CATEGORIES:Choir', 'CATEGORIES:Friends', 'BDAY:19900203', 'email;type=HOME:ann@x.example',
			'g7.X-ABLABEL:_$!<Boat>!$_', 'g7.tel;TYPE=cell;PREF=1:+49 30 1', 'PRODID:-//Other//EN',
		); // prettier-ignore
		expect(cardTexts.same(one, other)).toBe(true);
		for (const change of [
			['+49 30 1', '+49 30 2'],
			['Boat', 'Ship'],
			['Friends,Choir', 'Friends'],
			[',pref', ''],
			['AAAA', 'AAAB'],
		])
			expect(cardTexts.same(one.replace(change[0]!, change[1]!), other)).toBe(false);
	});

	test('of two changes both hold: each number by itself, each group, a label with its number', () => {
		const base = old('TEL;TYPE=home:1', 'TEL;TYPE=work:2', 'CATEGORIES:Friends,Choir', 'X-THEIRS:kept');
		const here = old('item1.TEL;TYPE=home:1', 'item1.X-ABLabel:Boat', 'TEL;TYPE=work:2', 'CATEGORIES:Friends,Choir,Family', 'NOTE:Ours', 'X-THEIRS:kept'); // prettier-ignore
		const there = old('TEL;TYPE=home:1', 'TEL;TYPE=cell:3', 'CATEGORIES:Friends', 'TITLE:Captain', 'X-THEIRS:kept');
		expect(linesOf(cardTexts.merge(base, here, there))).toEqual(
			linesOf(old('CATEGORIES:Friends,Family', 'NOTE:Ours', 'TEL;TYPE=cell:3', 'TITLE:Captain', 'X-THEIRS:kept', 'item1.TEL;TYPE=home:1', 'item1.X-ABLABEL:Boat')), // prettier-ignore
		);
	});

	test('are merged in the words of the other side, whichever version is older', () => {
		const [base, here] = [old('BDAY:1990-02-03'), old('BDAY:1990-02-03', 'ANNIVERSARY:2010-05-06')];
		expect(linesOf(cardTexts.merge(base, here, card('4.0', 'BDAY:19900203', 'TITLE:Captain')))).toContain('ANNIVERSARY:20100506');
		expect(linesOf(cardTexts.merge(base, here, old('BDAY:1990-02-03', 'TITLE:Captain')))).toContain('X-ANNIVERSARY:2010-05-06');
	});

	test('a name is one thing: of two changes the later one holds whole', () => {
		const renamed = (name: string, rev: string) => old(`REV:${rev}`).replace('FN:Ann Lee', `FN:Ann ${name}`).replace('N:Lee', `N:${name}`); // prettier-ignore
		const merged = cardTexts.merge(old(), renamed('Poe', '20260102T000000Z'), renamed('Roe', '20260101T000000Z'));
		expect([merged.includes('FN:Ann Poe'), merged.includes('N:Poe;Ann;;;')]).toEqual([true, true]);
	});

	test('the same number twice stays twice', () => {
		const here = old('TEL;TYPE=home:1', 'TEL;TYPE=work:1', 'NOTE:Ours');
		const there = old('TEL;TYPE=home:1', 'TEL;TYPE=work:1', 'TITLE:Captain');
		const base = old('TEL;TYPE=home:1', 'TEL;TYPE=work:1');
		expect(linesOf(cardTexts.merge(base, here, there)).filter((line) => line.startsWith('TEL'))).toHaveLength(2);
	});
});
