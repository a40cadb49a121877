import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { frontEnds, serviceNamed } from '@mana/schema';
import { doorOf, openDoors, type OpenDoors } from './doors.ts';

const publicUrl = new URL('https://mana.test');
const rows = frontEnds.filter((row) => row.door.path !== '/');
let doors: OpenDoors;

beforeAll(() => {
	doors = openDoors({
		doors: rows.map((row) => doorOf(row, { host: '127.0.0.1', port: 0 })),
		publicUrl,
		copy: 'this-one',
		addressOf: () => 'http://127.0.0.1:1',
		has: (app) => app === 'todo',
	});
});
afterAll(() => doors.close());

function ask(name: string, path: string, init: RequestInit = {}): Promise<Response> {
	const door = doors.doors.find((open) => open.name === name);
	return fetch(`${door?.url}${path}`, { redirect: 'manual', ...init });
}

describe('a door', () => {
	test('is open for every front end and answers health', async () => {
		expect(doors.doors.map((door) => door.name)).toEqual(rows.map((row) => row.name as string));
		for (const { name } of doors.doors) {
			expect(await (await ask(name, '/health/live')).json()).toMatchObject({
				status: 'ok',
				name,
				pid: process.pid,
				copy: 'this-one',
			});
			expect((await ask(name, '/health/ready')).status).toBe(200);
		}
	});

	test('leads to the app on the hub, wherever in the app one wants to go', async () => {
		const ways = {
			'/': '/todo',
			'/todo': '/todo',
			'/todo/inbox': '/todo/inbox',
			'/inbox?x=%20y': '/todo/inbox?x=%20y',
			'/%2F%2Fevil.example': '/todo/%2F%2Fevil.example',
		};
		for (const [from, to] of Object.entries(ways)) {
			const answer = await ask('todo-web', from);
			expect(answer.status).toBe(302);
			expect(answer.headers.get('location')).toBe(`https://mana.test${to}`);
		}
	});

	test('says kindly that its app is not there yet, and where the hub is', async () => {
		const answer = await ask('calendar-web', '/');
		expect(answer.status).toBe(404);
		expect(answer.headers.get('content-security-policy')).toContain("script-src 'none'");
		const text = await answer.text();
		expect(text).toContain('Calendar isn’t part of this Mana yet');
		expect(text).toContain('href="https://mana.test/"');
	});

	test('says it in German to whoever asks for that first', async () => {
		const answer = await ask('calendar-web', '/', { headers: { 'accept-language': 'fr-FR, de-AT;q=0.9, en;q=0.8' } });
		expect(await answer.text()).toContain('Calendar gehört noch nicht zu diesem Mana');
	});

	test('takes nothing', async () => {
		expect((await ask('todo-web', '/', { method: 'POST', body: 'x' })).status).toBe(405);
	});

	test('says when its port is taken and leaves no other door open', async () => {
		const taken = doors.doors[0]?.port ?? 0;
		const plan = doorOf(serviceNamed('todo-web'), { host: '127.0.0.1', port: 0 });
		const more = { publicUrl, copy: 'this-one', addressOf: () => '' };
		expect(() => openDoors({ doors: [plan, { ...plan, port: taken }], ...more })).toThrow('in use');
	});
});
