import { describe, expect, test } from 'bun:test';
import { command, fieldNumber, max } from '@mana/model';
import { models } from '@mana/schema/registry/models';
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
