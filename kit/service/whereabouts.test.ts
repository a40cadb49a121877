import { afterEach, expect, test } from 'bun:test';
import { portOf, services, serviceVariable } from '@mana/schema';
import { z } from 'zod';
import { addressFor, listensAt } from './addresses.ts';
import { defineService, type RunningService } from './define.ts';
import { describeInstance, readInstance } from './instance.ts';
import { sharedKeys } from './whereabouts.ts';

const running: RunningService[] = [];
afterEach(async () => {
	for (const service of running.splice(0)) await service.close();
});

test('no two services share a variable', () => {
	const names = services.flatMap(({ name }) => sharedKeys.map((key) => serviceVariable(name, key)));
	expect(new Set(names).size).toBe(names.length);
});

test('a service that the environment says nothing about is where the schema and the offset put it', () => {
	const instance = readInstance({ MANA_PORT_OFFSET: '100' });
	expect(listensAt('mana-auth', instance)).toEqual({ host: '127.0.0.1', port: portOf('mana-auth') + 100 });
	expect(addressFor('mana-auth', instance)).toBe(`http://127.0.0.1:${portOf('mana-auth') + 100}`);
});

test('an address is another machine and stands as it is; a port is of this one and is moved by the offset', () => {
	const instance = readInstance({
		MANA_PORT_OFFSET: '100',
		MANA_AUTH_ADDRESS: 'http://10.0.0.2:1234/',
		MANA_SYNC_PORT: String(portOf('mana-media')),
		MANA_SYNC_HOST: '0.0.0.0',
		MANA_CHAT_SERVER_ADDRESS: 'https://[fd00::2]:8443',
		MANA_WEB_PORT: String(portOf('mana-notify')),
	});
	expect(addressFor('mana-auth', instance)).toBe('http://10.0.0.2:1234');
	expect(addressFor('chat-server', instance)).toBe('https://[fd00::2]:8443');
	expect(listensAt('mana-sync', instance)).toEqual({ host: '0.0.0.0', port: portOf('mana-media') + 100 });
	expect(addressFor('mana-sync', instance)).toBe(`http://127.0.0.1:${portOf('mana-media') + 100}`);
	expect(instance.publicUrl).toBe(`http://localhost:${portOf('mana-notify') + 100}`);
});

test('what is no address, port or host is refused by its name, with an example', () => {
	for (const [variable, value] of [
		['MANA_AUTH_ADDRESS', '10.0.0.2:1234'],
		['MANA_AUTH_ADDRESS', 'ftp://10.0.0.2'],
		['MANA_AUTH_ADDRESS', 'http://10.0.0.2/auth'],
		['MANA_AUTH_ADDRESS', 'http://ada@10.0.0.2'],
		['MANA_SYNC_PORT', 'many'],
		['MANA_SYNC_PORT', '65536'],
		['MANA_WEB_HOST', ''],
	] as const)
		expect(() => readInstance({ [variable]: value })).toThrow(`${variable} is "${value}"`);
	expect(() => readInstance({ MANA_AUTH_ADDRESS: 'x' })).toThrow('Example: MANA_AUTH_ADDRESS=');
});

test('`mana config` shows those that are set, and which of them do not fit', () => {
	const lines = describeInstance({ MANA_AUTH_ADDRESS: 'http://10.0.0.2:1234', MANA_SYNC_PORT: 'many' });
	expect(lines.filter(({ variable }) => /_(ADDRESS|PORT)$/.test(variable))).toMatchObject([
		{ variable: 'MANA_AUTH_ADDRESS', value: 'http://10.0.0.2:1234', source: 'environment' },
		{ variable: 'MANA_SYNC_PORT', source: 'invalid' },
	]);
});

test('a service calls another one at the address it is told, and listens where it is told', async () => {
	const define = (name: 'mana-user' | 'mana-media', said: { addresses: string[] }) =>
		defineService({
			name,
			open: ({ addressOf }) => {
				said.addresses.push(addressOf('mana-sync'));
				return { routes: (app) => app, ready: async () => {}, close: async () => {} };
			},
		});
	const said = { addresses: [] as string[] };
	const service = await define('mana-user', said).start({
		port: 0,
		logLevel: 'silent',
		env: { MANA_SYNC_ADDRESS: 'http://10.0.0.2:1234', MANA_USER_HOST: '127.0.0.2' },
	});
	running.push(service);
	expect(said.addresses).toEqual(['http://10.0.0.2:1234']);
	expect(service.url).toBe(`http://127.0.0.2:${service.port}`);
});

test('a service is told no address of one that its row does not call, since no network of a plan would let it through', async () => {
	const service = defineService({
		name: 'mana-user',
		open({ addressOf }) {
			addressOf('mana-notify');
			return { routes: (app) => app, ready: async () => {}, close: async () => {} };
		},
	});
	await expect(service.start({ port: 0, logLevel: 'silent', env: {} })).rejects.toThrow('mana-user may not call mana-notify');
});

test('no service has a setting of its own by these names', () => {
	const open = () => ({ routes: () => null, ready: async () => {}, close: async () => {} });
	expect(() => defineService({ name: 'mana-user', config: { port: z.number() }, open })).toThrow('every service has it already');
});
