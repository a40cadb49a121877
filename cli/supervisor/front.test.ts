import { describe, expect, test } from 'bun:test';
import { hostEnvironment, planNamed } from '@mana/schema';
import { portIn } from '@mana/service';
import { frontOf } from './front.ts';

const hub = portIn('mana-web', 100);

describe('how people reach a Mana', () => {
	test('by a name on the local network, and for the first visit at the hub’s port', () => {
		const front = frontOf({ lan: true, lanUrl: 'https://mana.local', publicUrl: undefined, offset: 100 });
		expect(front.environment).toEqual({ MANA_PUBLIC_URL: 'https://mana.local', MANA_HOST: '127.0.0.1', MANA_WEB_LAN: 'true' });
		expect(front.greeting(null, '1 s').join('\n')).toContain(`Open http://mana.local:${hub} there`);
	});

	test('as its plan says, and nothing else may say otherwise', () => {
		const plan = planNamed('default');
		const environment = hostEnvironment(plan, plan.hosts[0]!, 100);
		const options = { lan: false, publicUrl: undefined, offset: 100, plan: environment };
		expect(frontOf(options)).toMatchObject({ publicUrl: `http://localhost:${hub}`, host: '127.0.0.1', environment });
		expect(frontOf({ ...options, publicUrl: environment.MANA_PUBLIC_URL }).publicUrl).toBe(environment.MANA_PUBLIC_URL);
		for (const other of [{ lan: true }, { publicUrl: 'https://mana.example' }])
			expect(() => frontOf({ ...options, ...other })).toThrow('The plan says itself that people reach this Mana at');
	});
});
