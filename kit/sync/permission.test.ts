import { expect, test } from 'bun:test';
import {
	type Access,
	ACTIONS,
	allows,
	appsFromText,
	appsToText,
	covers,
	roleAllows,
	ROLES,
	sameReach,
	SPACES_APP,
} from './permission.ts';

test('every role may do what the role below it may', () => {
	for (const [height, role] of ROLES.entries())
		expect(ACTIONS.map((action) => roleAllows(role, action))).toEqual(ACTIONS.map((_, index) => index <= height));
});

test('a stranger and an unknown role may do nothing', () => {
	for (const role of [undefined, '', 'superuser', 'gone']) expect(roleAllows(role, 'read')).toBe(false);
	expect(allows(null, 'read')).toBe(false);
});

test('an access that is limited to apps reaches those, and what says who is in the space', () => {
	const accountant: Access = { role: 'editor', apps: [7] };
	expect(allows(accountant, 'write', 7)).toBe(true);
	expect(allows(accountant, 'read', 2)).toBe(false);
	expect(allows(accountant, 'read', SPACES_APP)).toBe(true);
	expect(allows({ role: 'viewer', apps: null }, 'read', 2)).toBe(true);
});

test('one reach covers another when it lets all of it be seen', () => {
	const reaches = [null, [], [2], [2, 7]] as const;
	const expected = [
		[true, true, true, true],
		[false, true, false, false],
		[false, true, true, false],
		[false, true, true, true],
	];
	expect(reaches.map((after) => reaches.map((before) => covers({ apps: after }, { apps: before })))).toEqual(expected);
	for (const [i, a] of reaches.entries())
		for (const [j, b] of reaches.entries()) expect(sameReach({ apps: a }, { apps: b && [...b] })).toBe(i === j);
});

test('apps survive their text, and a text that says nothing opens nothing', () => {
	for (const apps of [null, [], [2], [2, 7]]) expect(appsFromText(appsToText(apps))).toEqual(apps);
	expect(appsFromText('x')).toEqual([]);
});
