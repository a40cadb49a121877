import { expect, test } from 'bun:test';
import { KnownAccounts } from './known-accounts.ts';

const person = (id: string) => ({ id, name: id, email: `${id}@mana.example` });

function browser() {
	const notes = new Map<string, string>();
	return new KnownAccounts({
		getItem: (name) => notes.get(name) ?? null,
		setItem: (name, value) => void notes.set(name, value),
		removeItem: (name) => void notes.delete(name),
	});
}

test('an account that was expected stands beside the one before, any other takes its place', () => {
	const known = browser();
	known.enter(person('ada'), null);
	known.expectAnother();
	known.enter(person('grace'), person('ada'));
	expect(known.all.map(({ id }) => id)).toEqual(['ada', 'grace']);
	known.enter(person('eve'), person('grace'));
	expect(known.all.map(({ id }) => id)).toEqual(['ada', 'eve']);
	known.enter(person('eve'), person('eve'));
	expect(known.all.map(({ id }) => id)).toEqual(['ada', 'eve']);
	known.forget('ada');
	expect(known.all.map(({ id }) => id)).toEqual(['eve']);
});
