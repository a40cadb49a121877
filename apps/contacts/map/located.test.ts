import { expect, test } from 'bun:test';
import { contact, detail } from '../cards.fixture.ts';
import { located, withoutPlace } from './located.ts';

const [ana, ben, cleo] = [contact('Ana'), contact('Ben'), contact('Cleo')];
const shown = new Map([ana, ben, cleo].map((one) => [one.id, one]));

test('who has a place is at each of them, and who has only an address is counted as missing', () => {
	const gone = contact('Gone');
	const details = [
		detail(ana, { kind: 'place', value: '48.1, 11.5', label: 'home' }),
		detail(ana, { kind: 'place', value: 'geo:35.7,139.7', label: 'work' }),
		detail(ana, { kind: 'address', locality: 'München' }),
		detail(ben, { kind: 'place', value: 'by the lake' }),
		detail(ben, { kind: 'address', locality: 'Berlin' }),
		detail(cleo, { kind: 'email', value: 'cleo@x.org' }),
		detail(gone, { kind: 'place', value: '1, 2' }),
	];
	const there = located(shown, details);
	expect(there.map(({ contact: of, label }) => [of.shownAs, label])).toEqual([['Ana', 'home'], ['Ana', 'work']]); // prettier-ignore
	expect(withoutPlace(details, there)).toBe(1);
});
