import { describe, expect, test } from 'bun:test';
import { instanceKeys } from './instance-keys.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { emailSchema, languageSchema, nameSchema } from './person.ts';

describe('a person', () => {
	test('has a name with tidy spaces in composed Unicode', () => {
		expect(nameSchema.parse('  Zoe\u0308   van  Dam ')).toBe('Zo\u00EB van Dam');
		for (const name of ['', ' \n ', 'a\u0000b', 'a\u202Eb', '<script>', 'x'.repeat(81)])
			expect(nameSchema.safeParse(name).success).toBe(false);
	});

	test('has one form of their address', () => {
		expect(emailSchema.parse(' Ada.Lovelace@Mana.EXAMPLE ')).toBe('ada.lovelace@mana.example');
		for (const email of ['', 'ada', 'ada@', '@mana.example', 'a b@mana.example', `${'a'.repeat(250)}@mana.example`])
			expect(emailSchema.safeParse(email).success).toBe(false);
	});

	test('has a language by its canonical tag', () => {
		expect(languageSchema.parse('de-at')).toBe('de-AT');
		for (const tag of ['', 'x', 'english language', '../..']) expect(languageSchema.safeParse(tag).success).toBe(false);
	});
});

describe('a password', () => {
	test('is kept as Argon2id, each with a salt of its own, and found however the keyboard composes it', async () => {
		const [one, two] = [await hashPassword('p\u00E4ssword mit U'), await hashPassword('p\u00E4ssword mit U')];
		expect(one).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
		expect(one).not.toBe(two);
		expect(await verifyPassword(one, 'pa\u0308ssword mit U')).toBe(true);
		expect(await verifyPassword(one, 'password mit U')).toBe(false);
	});

	test('takes as long to refuse where nobody has one', async () => {
		const hash = await hashPassword('the right password');
		await verifyPassword(null, 'warm up');
		const times = { real: Infinity, decoy: Infinity };
		// In turns and the quickest of each, since other programs use the same processor.
		for (let i = 0; i < 12; i++) {
			times.real = Math.min(times.real, await duration(() => verifyPassword(hash, 'wrong')));
			times.decoy = Math.min(times.decoy, await duration(() => verifyPassword(null, 'wrong')));
		}
		expect(await verifyPassword(null, 'nobody has this password')).toBe(false);
		expect(times.decoy).toBeGreaterThan(times.real / 3);
		expect(times.decoy).toBeLessThan(times.real * 3);
	});
});

describe('what is sealed', () => {
	const keys = instanceKeys('a secret of at least thirty-two characters');
	const plain = new TextEncoder().encode('private');

	test('opens with the same secret and label only', () => {
		const sealed = keys.seal(plain, 'one');
		expect(keys.open(sealed, 'one')).toEqual(plain);
		expect(() => keys.open(sealed, 'two')).toThrow();
		expect(() => instanceKeys('another secret of thirty-two characters').open(sealed, 'one')).toThrow();
		sealed[14] = (sealed[14] ?? 0) ^ 1;
		expect(() => keys.open(sealed, 'one')).toThrow();
	});

	test('every purpose has a key of its own', () => {
		expect(keys.cookie).not.toBe(keys.pseudonym(''));
		expect(keys.pseudonym('a')).not.toBe(keys.pseudonym('b'));
		expect(keys.pseudonym('a')).toBe(instanceKeys('a secret of at least thirty-two characters').pseudonym('a'));
	});
});

async function duration(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}
