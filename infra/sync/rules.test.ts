import { describe, expect, test } from 'bun:test';
import { command, fieldNumber, max } from '@mana/model';
import { models } from '@mana/schema/registry/models';
import { COMMENT_AUTHOR } from '@mana/sync';
import { rules } from './rules.ts';
import { newRecord } from './testing.ts';

const tasks = models.find(({ name }) => name === 'todo/tasks')!;
const op = (field: number, value: string | number | boolean | null, key = '') => ({
	collection: tasks.number,
	record: newRecord(),
	field,
	key,
	value,
});

describe('what is judged at commit', () => {
	test('a value that its model allows is let in', () => {
		expect(rules.validate(op(tasks.fields['dueDay']!.number, '2026-11-23'))).toBeNull();
		expect(rules.validate(op(tasks.fields['tags']!.number, true, newRecord()))).toBeNull();
	});

	test('a value that breaks the rule of its model is refused by name', () => {
		expect(rules.validate(op(tasks.fields['dueDay']!.number, '31 February'))).toContain('todo/tasks.dueDay');
		expect(rules.validate(op(tasks.fields['title']!.number, 'x'.repeat(501)))).toContain('todo/tasks.title');
	});

	test('a field that a newer app writes is let in, what only the server may decide is not', () => {
		expect(rules.validate(op(fieldNumber(900, max), 'from the future'))).toBeNull();
		expect(rules.validate(op(fieldNumber(900, command), '=unique x'))).toContain('Only the server');
	});
});

describe('who may write what', () => {
	const said = models.find(({ name }) => name === 'todo/comments')!;
	const tags = models.find(({ name }) => name === 'shared/tags')!;
	const ben = { person: 'ben', held: () => undefined };
	const write = (...collections: readonly { readonly number: number }[]) => ({
		n: 1,
		stamp: 1,
		ops: collections.map(({ number }) => ({ ...op(COMMENT_AUTHOR, 'ben'), collection: number })),
	});

	test('somebody who may comment writes comments, and nothing beside them', () => {
		const access = { role: 'commenter', apps: null } as const;
		expect(rules.authorise(access, write(said), ben)).toBeNull();
		expect(rules.authorise(access, write(said, tasks), ben)).toMatchObject({ code: 'read-only' });
		expect(rules.authorise(access, write(tags), ben)).toMatchObject({ code: 'read-only' });
		expect(rules.authorise({ role: 'viewer', apps: null }, write(said), ben)).toMatchObject({ code: 'read-only' });
	});

	test('somebody who is limited to an app writes there and tags, but not what is said about other apps', () => {
		const access = { role: 'editor', apps: [tasks.number >> 8] } as const;
		expect(rules.authorise(access, write(tasks, tags, said), ben)).toBeNull();
		const elsewhere = { role: 'editor', apps: [3] } as const;
		expect(rules.authorise(elsewhere, write(tags), ben)).toBeNull();
		expect(rules.authorise(elsewhere, write(said), ben)).toMatchObject({ code: 'read-only' });
	});
});
