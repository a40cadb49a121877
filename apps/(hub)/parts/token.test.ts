import { expect, test } from 'bun:test';
import { tokenIn } from './token.ts';

test('a token is found in a link, in a fragment, and as it is', () => {
	expect(tokenIn('https://mana.example/setup#token=abc-1_2')).toBe('abc-1_2');
	expect(tokenIn('#token=abc')).toBe('abc');
	expect(tokenIn(' abc ')).toBe('abc');
});

test('a link of another kind holds no token', () => {
	expect(tokenIn('https://mana.example/join#other=abc')).toBe('');
	expect(tokenIn('')).toBe('');
});
