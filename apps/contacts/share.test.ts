import { expect, test } from 'bun:test';
import { parseCard, writeCard } from '@mana/dav/vcard/index';
import { card, detail } from './cards.fixture.ts';
import { readContact } from './cards/read.ts';
import { cardToShare, codeText } from './share.ts';

const read = (text: string) => readContact(parseCard(new TextEncoder().encode(text)));

test('a shared card says how to reach somebody, and nothing that is only the sharer’s', () => {
	const ana = card('', { given: 'Ana', family: 'Lima', organisation: 'Acme', notes: 'Owes me ten', groups: ['g'], uid: 'secret', emails: ['ana@x.org'], phones: ['+351 912 345 678'] }); // prettier-ignore
	const details = [...ana.details, detail(ana.contact, { kind: 'relation', label: 'friend', value: 'Ben' })];
	const text = codeText({ ...ana, details })!;
	expect(text).toContain('VERSION:3.0');
	const said = read(text);
	expect(said.fields).toMatchObject({ given: 'Ana', family: 'Lima', organisation: 'Acme', notes: '' });
	expect(said.details.map(({ value }) => value).toSorted()).toEqual(['+351 912 345 678', 'ana@x.org']);
	expect(said.groups).toEqual([]);
	expect(text).not.toMatch(/secret|Owes|Ben/);
});

test('a card that is too long for a code says at least how to reach somebody, and one that is longer still is no code', () => {
	const long = card('Ana Lima', { phones: ['+351 912 345 678'] });
	const details = [...long.details, ...Array.from({ length: 40 }, (_, at) => detail(long.contact, { kind: 'link', value: `https://example.org/a/long/way/${at}` }))]; // prettier-ignore
	expect(writeCard(cardToShare({ ...long, details }))).toContain('example.org');
	const text = codeText({ ...long, details })!;
	expect(text).not.toContain('example.org');
	expect(read(text).details.map(({ value }) => value)).toEqual(['+351 912 345 678']);
	expect(codeText(card('A'.repeat(400), { organisation: 'Ä'.repeat(300), department: 'Ö'.repeat(300) }))).toBeNull();
});
