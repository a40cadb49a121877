import { expect, test } from 'bun:test';
import { contact, detail } from './cards.fixture.ts';
import { addressLine, addressLines, hrefOf, webAddress } from './links.ts';

const ana = contact('Ana');
const href = (draft: Parameters<typeof detail>[1], map: 'ask' | 'openstreetmap' = 'openstreetmap') =>
	hrefOf(detail(ana, draft), { region: 'DE', map });

test('what is known of somebody leads where it should', () => {
	for (const [draft, to] of [
		[{ kind: 'email', value: 'ana+x@x.org' }, 'mailto:ana%2Bx@x.org'],
		[{ kind: 'phone', value: '0170 / 123 45 67' }, 'tel:+491701234567'],
		[{ kind: 'link', value: 'ana.example/me' }, 'https://ana.example/me'],
		[{ kind: 'message', service: 'signal', value: '+49 170 1234567' }, 'https://signal.me/#p/+491701234567'],
		[{ kind: 'message', service: 'telegram', value: '@ana' }, 'https://t.me/ana'],
		[{ kind: 'message', service: 'matrix', value: '@ana:x.org' }, 'https://matrix.to/#/@ana%3Ax.org'],
		[{ kind: 'social', service: 'mastodon', value: '@ana@x.org' }, 'https://x.org/@ana'],
		[{ kind: 'social', service: 'github', value: 'https://github.com/ana' }, 'https://github.com/ana'],
		[{ kind: 'message', service: 'something', value: 'ana' }, null],
		[{ kind: 'place', value: '48.137154, 11.576124' }, 'https://www.openstreetmap.org/?mlat=48.137154&mlon=11.576124#map=16/48.137154/11.576124'],
		[{ kind: 'place', value: 'by the lake' }, null],
		[{ kind: 'address', street: 'Hauptstraße 1', postcode: '10115', locality: 'Berlin' }, 'https://www.openstreetmap.org/search?query=Hauptstra%C3%9Fe%201%2C%2010115%20Berlin'],
	] as const) expect([draft, href(draft)]).toEqual([draft, to]); // prettier-ignore
});

test('no script is followed, and no map is told of an address before the person chose one', () => {
	for (const bad of ['javascript:alert(1)', 'data:text/html,x', ' JavaScript:x', 'file:///etc', ''])
		expect(webAddress(bad)).toBeNull();
	expect(href({ kind: 'social', service: 'github', value: 'javascript:alert(1)' })).toBe(
		'https://github.com/javascript%3Aalert(1)',
	);
	expect(href({ kind: 'address', locality: 'Berlin' }, 'ask')).toBeNull();
	expect(href({ kind: 'place', value: '48.1, 11.5' }, 'ask')).toBeNull();
});

test('an address stands as on an envelope of its country', () => {
	const lines = (draft: Parameters<typeof detail>[1]) => addressLines(detail(ana, { kind: 'address', ...draft }));
	expect(lines({ street: 'Rua Augusta 1\n2.º', postcode: '1100-048', locality: 'Lisboa', country: 'Portugal' })).toEqual(['Rua Augusta 1', '2.º', '1100-048 Lisboa', 'Portugal']);
	expect(lines({ street: '1 Main St', locality: 'Springfield', region: 'IL', postcode: '62701', country: 'USA' })).toEqual(['1 Main St', 'Springfield, IL 62701', 'USA']);
	expect(addressLine(detail(ana, { kind: 'address', value: 'somewhere\nin Lisbon' }))).toBe('somewhere, in Lisbon');
}); // prettier-ignore
