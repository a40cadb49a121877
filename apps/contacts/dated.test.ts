import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { loadWords } from '@mana/ui/i18n';
import { birthdays } from './dated.ts';
import { people as offered } from './people.ts';
import { details, people } from './model.ts';

test('birthdays stand on their days for the calendar, and follow what changes', async () => {
	await loadWords(['contacts'], 'en');
	const mana = openMemoryMana();
	mana.write('add', (tx) => {
		tx.create(people, { given: 'Ana', birthday: '1990-12-24' });
		tx.create(people, { given: 'Ben', birthday: '--12-01' });
		tx.create(people, { given: 'Cy' });
	});
	const shown = birthdays(mana, '2026-12-01', '2026-12-31', 'UTC');
	const stop = shown.subscribe(() => undefined);
	expect(shown.rows.map(({ title, day, time }) => [title, day, time])).toEqual([
		['Birthday of Ben', '2026-12-01', null],
		['Birthday of Ana (36 years)', '2026-12-24', null],
	]);
	const [cy] = mana.query(people, { where: ({ given }) => given === 'Cy' }).rows;
	mana.write('edit', (tx) => tx.update(people, cy!.id, { birthday: '--12-31' }));
	expect(shown.rows.map(({ day }) => day)).toEqual(['2026-12-01', '2026-12-24', '2026-12-31']);
	stop();
});

test('people are found for other apps, with what reaches them, the address to use first in front', () => {
	const mana = openMemoryMana();
	mana.write('add', (tx) => {
		const ana = tx.create(people, { given: 'Ana', family: 'Lima' });
		tx.create(details, { contact: ana, kind: 'email', value: 'ana@work.org' });
		tx.create(details, { contact: ana, kind: 'email', value: 'ana@x.org', preferred: true });
		tx.create(people, { given: 'Anabel', starred: true });
	});
	expect(offered(mana, 'ana', 5).map(({ name }) => name)).toEqual(['Anabel', 'Ana Lima']);
	expect(offered(mana, 'lima', 5)[0]).toMatchObject({ name: 'Ana Lima', emails: ['ana@x.org', 'ana@work.org'], phones: [] });
	expect(offered(mana, '', 5)).toEqual([]);
});
