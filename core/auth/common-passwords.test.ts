import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isCommonPassword } from './common-passwords.ts';

test('what is guessed first is found, also in the usual disguise', async () => {
	for (const password of [
		'1234567890',
		'qwertyuiop',
		'Password123',
		'p4ssw0rd2024!',
		'basketball',
		'Iloveyou!!!2',
		'dragondragon',
		'++Football1999',
		'  1qaz2wsx3edc ',
	])
		expect([password, await isCommonPassword(password)]).toEqual([password, true]);
});

test('what people make up of several words is not', async () => {
	for (const password of [
		'compiles in english',
		'first program 1843',
		'correct horse battery',
		'asp and basket of figs',
		'Zx9-kLm2-pQw7',
	])
		expect([password, await isCommonPassword(password)]).toEqual([password, false]);
});

test('what chance makes is practically never', async () => {
	const random = fc.string({ minLength: 16, maxLength: 24, unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789') });
	await fc.assert(
		fc.asyncProperty(random, async (password) => !(await isCommonPassword(password))),
		{ numRuns: 500 },
	);
});
