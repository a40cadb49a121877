import { expect, test } from 'bun:test';
import type { Handed } from './handed.ts';
import type { AppManifest, Takes } from './manifest.ts';
import { takersOf } from './takers.ts';

const handed = (...files: readonly File[]): Handed => ({ title: '', text: 'Words', url: '', files });
const app = (id: string, takes?: Takes): AppManifest => ({ id, quickAdd: async () => ({}), ...(takes && { takes }) }) as unknown as AppManifest; // prettier-ignore
const apps = [
	app('todo', { words: 'with-files' }),
	app('clock'),
	app('calendar', {
		words: 'alone',
		imports: { page: '/calendar/import', types: { 'text/calendar': ['.ics'] } },
		links: { webcal: '/calendar/subscriptions?url=%s' },
	}),
	app('contacts', { imports: { page: '/contacts/import', types: { 'text/vcard': ['.vcf'], 'text/csv': ['.csv'] } } }),
];
const takers = (what: Handed) => takersOf(apps, what).map(({ app: { id }, imports }) => [id, imports?.page ?? null]);

test('words go to the quick add of every app that takes some', () => {
	expect(takers(handed())).toEqual([
		['todo', null],
		['calendar', null],
	]);
});

test('a file goes first to the app that knows such files, by its ending or by its type, and the first that one knows is brought', () => {
	const [picture, dates] = [
		new File(['x'], 'a.png', { type: 'image/png' }),
		new File(['x'], 'Dates.ICS', { type: 'text/plain' }),
	];
	expect(takers(handed(dates))).toEqual([
		['calendar', '/calendar/import'],
		['todo', null],
	]);
	expect(takersOf(apps, handed(picture, dates))[0]?.imports?.file).toBe(dates);
	expect(takers(handed(new File(['x'], 'card', { type: 'text/vcard;charset=utf-8' })))).toEqual([
		['contacts', '/contacts/import'],
		['todo', null],
	]);
});

test('what no app brings in comes along with the words of those that take files, and to nobody else', () => {
	expect(takers(handed(new File(['x'], 'a.png', { type: 'image/png' })))).toEqual([['todo', null]]);
	expect(takersOf([app('clock')], handed())).toEqual([]);
});
