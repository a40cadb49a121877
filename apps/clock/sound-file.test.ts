import { expect, test } from 'bun:test';
import { MOST_BYTES, MOST_SECONDS, nameOfFile, soundProblem } from './sound-file.ts';

test('a file is a sound up to three megabytes and three minutes, and not when there is nothing in it', () => {
	expect(soundProblem({ bytes: MOST_BYTES, seconds: null })).toBeNull();
	expect(soundProblem({ bytes: MOST_BYTES, seconds: MOST_SECONDS })).toBeNull();
	expect(soundProblem({ bytes: MOST_BYTES + 1, seconds: null })).toBe('too-large');
	expect(soundProblem({ bytes: 9, seconds: MOST_SECONDS + 0.1 })).toBe('too-long');
	expect(soundProblem({ bytes: 0, seconds: null })).toBe('unreadable');
});

test('a sound is called what its file is called, without ending and underscores, and not longer than a name may be', () => {
	expect(nameOfFile('rooster_at-dawn.mp3')).toBe('Rooster at dawn');
	expect(nameOfFile('.ogg')).toBe('');
	expect([...nameOfFile(`${'🐓'.repeat(90)}.wav`)]).toHaveLength(80);
});
