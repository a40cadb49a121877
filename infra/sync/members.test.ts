import { expect, test } from 'bun:test';
import { type Action, can, ROLES } from './members.ts';

test('every role may do what the role below it may', () => {
	const actions: Action[] = ['read', 'comment', 'write', 'invite', 'remove'];
	for (const [height, role] of ROLES.entries()) {
		expect(actions.map((action) => can(role, action))).toEqual(actions.map((_, index) => index <= height));
	}
});

test('a stranger and an unknown role may do nothing', () => {
	for (const role of [undefined, '', 'superuser']) expect(can(role, 'read')).toBe(false);
});
