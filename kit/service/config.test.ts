import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceVariable } from '@mana/schema';
import { z } from 'zod';
import { describeConfig, generatedSecret, readConfig, secret } from './config.ts';
import { describeInstance, readInstance } from './instance.ts';

const table = {
	registration: z.enum(['closed', 'invitation', 'open']).default('closed'),
	sessionDays: z.number().int().min(1).default(30),
	behindProxy: z.boolean().default(false),
	trusted: z.array(z.string()).default([]),
	mailKey: secret(z.string().min(8).optional()),
};

let home: string;
beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-config-'));
});
afterEach(() => rm(home, { recursive: true }));

test('a key becomes a variable of its service', () => {
	expect(serviceVariable('mana-auth', 'sessionDays')).toBe('MANA_AUTH_SESSION_DAYS');
	expect(serviceVariable('todo-server', 'url')).toBe('MANA_TODO_SERVER_URL');
});

test('settings come from the environment as what their schema says, otherwise from the default', () => {
	const env = { MANA_AUTH_SESSION_DAYS: '7', MANA_AUTH_BEHIND_PROXY: '1', MANA_AUTH_TRUSTED: 'a.example, b.example' };
	expect(readConfig('mana-auth', table, env, home)).toEqual({
		registration: 'closed',
		sessionDays: 7,
		behindProxy: true,
		trusted: ['a.example', 'b.example'],
		mailKey: undefined,
	});
});

test('every setting that does not fit is named with its rule and an example, a secret without its value', () => {
	const env = {
		MANA_AUTH_REGISTRATION: 'maybe',
		MANA_AUTH_SESSION_DAYS: 'x',
		MANA_AUTH_BEHIND_PROXY: 'yes',
		MANA_AUTH_MAIL_KEY: 'short',
	};
	const read = () => readConfig('mana-auth', table, env, home);
	expect(read).toThrow(
		/MANA_AUTH_REGISTRATION is "maybe".*Rule: closed \| invitation \| open. Example: MANA_AUTH_REGISTRATION=closed/,
	);
	expect(read).toThrow(/MANA_AUTH_SESSION_DAYS is "x".*Rule: integer, at least 1. Example: MANA_AUTH_SESSION_DAYS=30/);
	expect(read).toThrow(/MANA_AUTH_BEHIND_PROXY is "yes"/);
	expect(read).toThrow(/MANA_AUTH_MAIL_KEY does not fit/);
	expect(read).not.toThrow(/short/);
});

test('a setting without a default that is missing is named', () => {
	expect(() => readConfig('mana-auth', { key: z.string() }, {}, home)).toThrow(/MANA_AUTH_KEY is missing/);
});

test('mana config shows value, source and rule, and masks secrets', () => {
	const env = { MANA_AUTH_SESSION_DAYS: '7', MANA_AUTH_MAIL_KEY: 'very secret key', MANA_AUTH_REGISTRATION: 'maybe' };
	const lines = describeConfig('mana-auth', { ...table, signing: generatedSecret('signing') }, env);
	expect(lines.map(({ variable, value, source }) => [variable, value, source])).toEqual([
		['MANA_AUTH_REGISTRATION', '', 'invalid'],
		['MANA_AUTH_SESSION_DAYS', '7', 'environment'],
		['MANA_AUTH_BEHIND_PROXY', 'false', 'default'],
		['MANA_AUTH_TRUSTED', '[]', 'default'],
		['MANA_AUTH_MAIL_KEY', '••••••••', 'environment'],
		['MANA_AUTH_SIGNING', '••••••••', 'generated'],
	]);
	expect(JSON.stringify(lines)).not.toContain('very secret');
});

test('a generated secret is made once, is long, private, and shared by its name', async () => {
	const first = readConfig('mana-auth', { key: generatedSecret('shared') }, {}, home).key;
	expect(Buffer.from(first, 'base64url')).toHaveLength(32);
	expect(readConfig('mana-sync', { other: generatedSecret('shared') }, {}, home).other).toBe(first);
	expect(readConfig('mana-auth', { key: generatedSecret('another') }, {}, home).key).not.toBe(first);
	expect((await stat(join(home, 'secrets', 'shared'))).mode & 0o777).toBe(0o600);
	expect((await readdir(join(home, 'secrets'))).toSorted()).toEqual(['another', 'shared']);
});

test('two processes that start for the first time at once get the same secret', async () => {
	const script = `const { generateSecret } = await import(${JSON.stringify(join(import.meta.dirname, 'secrets.ts'))}); console.log(generateSecret(${JSON.stringify(home)}, 'key'));`;
	const made = await Promise.all([1, 2, 3].map(() => new Response(Bun.spawn([process.execPath, '-e', script]).stdout).text()));
	expect(new Set(made).size).toBe(1);
	expect(made[0]?.trim()).toHaveLength(43);
});

test('a secret that somebody emptied is an error, not an empty secret', async () => {
	readConfig('mana-auth', { key: generatedSecret('key') }, {}, home);
	await writeFile(join(home, 'secrets', 'key'), '');
	expect(() => readConfig('mana-auth', { key: generatedSecret('key') }, {}, home)).toThrow(/too short to be a secret/);
	expect(await readFile(join(home, 'secrets', 'key'), 'utf8')).toBe('');
});

test('the instance has defaults for everything, and its public address follows the offset', () => {
	const instance = readInstance({ MANA_HOME: home });
	expect(instance).toMatchObject({ home, portOffset: 0, host: '127.0.0.1', databaseUrl: undefined, logLevel: 'info' });
	const moved = readInstance({ MANA_PORT_OFFSET: '100' });
	expect(Number(new URL(moved.publicUrl).port) - Number(new URL(instance.publicUrl).port)).toBe(100);
	expect(readInstance({ MANA_PUBLIC_URL: 'https://mana.example/' }).publicUrl).toBe('https://mana.example');
});

test('instance settings that do not fit are named, the database address without its password', () => {
	expect(() => readInstance({ MANA_PORT_OFFSET: '-5' })).toThrow(/MANA_PORT_OFFSET is "-5"/);
	expect(() => readInstance({ MANA_PUBLIC_URL: 'mana.example' })).toThrow(/MANA_PUBLIC_URL/);
	const read = () => readInstance({ MANA_DATABASE_URL: 'mysql://a:hidden@b/c' });
	expect(read).toThrow(/MANA_DATABASE_URL does not fit/);
	expect(read).not.toThrow(/hidden/);
	const lines = describeInstance({ MANA_DATABASE_URL: 'postgres://a:hidden@b/c' });
	expect(lines.find(({ variable }) => variable === 'MANA_DATABASE_URL')?.value).toBe('••••••••');
});
