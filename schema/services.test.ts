import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
	callsOf,
	frontEnds,
	hostPlans,
	planNamed,
	portOf,
	rangeOf,
	ranges,
	serviceNamed,
	services,
	topics,
	within,
} from './index.ts';

/** The planned tables of the origin document, typed off it once more: number, name, and for a front end its server. */
const origin = `
3001 mana-auth · 3002 mana-credits · 3003 mana-subscriptions · 3004 mana-user · 3005 mana-analytics
3010 mana-sync · 3011 mana-media · 3012 mana-search · 3013 mana-notify · 3014 mana-crawler · 3015 mana-landing-builder
3016 mana-api-gateway · 3020 mana-llm · 3021 mana-stt · 3022 mana-tts · 3023 mana-image-gen · 3024 mana-voice-bot
3030 chat-server · 3031 todo-server · 3032 calendar-server · 3033 contacts-server · 3034 storage-server · 3035 picture-server
3036 cards-server · 3037 mukke-server · 3038 nutriphi-server · 3039 planta-server · 3040 presi-server
4000 synapse · 4001 mana-matrix-bot · 4010 element-web · 4011 matrix-web · 4400 landings
5000 mana-web · 5010 chat-web > chat-server · 5011 todo-web > todo-server · 5012 calendar-web > calendar-server · 5013 clock-web
5014 contacts-web > contacts-server · 5015 storage-web > storage-server · 5016 presi-web > presi-server
5017 nutriphi-web > nutriphi-server · 5018 zitare-web · 5019 photos-web · 5020 skilltree-web · 5021 picture-web > picture-server
5022 citycorners-web · 5023 cards-web > cards-server · 5024 mukke-web > mukke-server · 5025 inventar-web · 5026 context-web
5027 questions-web · 5028 planta-web > planta-server · 5029 moodlit-web · 5050 llm-playground · 5100 whopixels
8000 grafana · 8010 umami · 8020 glitchtip · 5432 postgres · 6379 redis · 9000 minio · 9001 minio · 9090 victoriametrics
9091 pushgateway · 9093 alertmanager · 9095 alert-notifier · 9100 node-exporter · 9110 cadvisor · 9121 redis-exporter
9187 postgres-exporter · 8080 searxng`;

const additions = ['3006 mana-events', '3026 mana-video-gen', '11434 ollama'];

describe('the rows', () => {
	test('hold everything of the origin document and the three additions at its number', () => {
		const written = services.flatMap(({ name, ports, door }) =>
			ports.map(({ port }) => `${port} ${name}${door?.server ? ` > ${door.server}` : ''}`),
		);
		const planned = [...origin.trim().split(/ · |\n/), ...additions];
		expect(planned.filter((row) => !written.includes(row))).toEqual([]);
	});

	test('each say something about themselves that the list of commands can show', () => {
		for (const row of services) expect(row.description.length, row.name).toBeGreaterThan(3);
	});

	test('that only a host plan brings in have no folder and no state of ours', () => {
		const external = services.filter((row) => row.kind === 'external');
		expect(external.map((row) => row.name)).toEqual(['postgres', 'redis', 'ollama']);
		expect(external.every((row) => row.owner === null && row.status === 'external')).toBe(true);
	});

	test('that send messages say that they call mana-notify', () => {
		const senders = new Set(Object.values(topics).flatMap(({ from }) => from as readonly string[]));
		for (const name of ['oneself', 'mana-notify']) senders.delete(name);
		expect(senders.size).toBeGreaterThan(3);
		for (const name of senders)
			expect([name, callsOf(serviceNamed(name))]).toEqual([name, expect.arrayContaining(['mana-notify'])]);
	});

	test('that are running are what is built, and the door of every app', () => {
		const entries = services
			.filter((row) => row.kind === 'own' && !row.door)
			.map(({ name, owner, range, status }) => {
				const file = range === 'app-servers' ? `${owner}/${owner?.replace('apps/', '')}.server.ts` : `${owner}/index.ts`;
				return [name, status, existsSync(join(import.meta.dirname, '..', file))] as const;
			});
		for (const [name, status, isBuilt] of entries) expect([name, isBuilt]).toEqual([name, status === 'running']);
		for (const { name, status } of frontEnds) expect([name, status]).toEqual([name, 'running']);
	});
});

describe('front ends', () => {
	test('begin with the hub, at the root of the one origin', () => {
		expect(frontEnds[0]).toMatchObject({ name: 'mana-web', owner: 'web', door: { app: 'hub', path: '/' } });
	});

	test('have an app, a path and a folder of the same name, each used once', () => {
		const apps = frontEnds.slice(1);
		expect(new Set(apps.map((row) => row.door.path)).size).toBe(apps.length);
		for (const { door, owner, name } of apps) expect([door.path, owner], name).toEqual([`/${door.app}`, `apps/${door.app}`]);
	});

	test('name a server that lives in the same folder', () => {
		for (const { door, owner } of frontEnds) if (door.server) expect(serviceNamed(door.server).owner).toBe(owner);
	});
});

describe('looking up', () => {
	test('a port gives the main one unless another is named', () => {
		expect(portOf('mana-auth')).toBe(3001);
		expect(portOf('minio')).toBe(9000);
		expect(portOf('minio', 'console')).toBe(9001);
	});

	test('a port that a service does not have names those it has', () => {
		expect(() => portOf('minio', 'admin')).toThrow('minio has no port "admin". It has "main" and "console".');
	});

	test('a misspelt service is answered with the nearest names', () => {
		expect(() => serviceNamed('mana-aut')).toThrow('Did you mean mana-auth?');
		expect(() => serviceNamed('todo')).toThrow('Did you mean todo-server or todo-web?');
		expect(() => serviceNamed('zzzzzz')).toThrow('`mana ports list` shows all of them');
	});
});

describe('the ranges', () => {
	test('do not overlap, so a number has one range', () => {
		const spans = ranges.flatMap((range) => range.spans).sort(([a], [b]) => a - b);
		for (const [index, [from, to]] of spans.entries()) {
			expect(to).toBeGreaterThanOrEqual(from);
			expect(from).toBeGreaterThan(spans[index - 1]?.[1] ?? 0);
		}
	});

	test('find the range of a port', () => {
		expect(rangeOf(3010)?.name).toBe('infra');
		expect(rangeOf(8080)?.name).toBe('engines');
		expect(rangeOf(7000)).toBeUndefined();
	});

	test('hold their own reserved slots', () => {
		for (const { name, spans, reserved } of ranges)
			for (const [from, to] of reserved) expect(within(from, spans) && within(to, spans), name).toBe(true);
	});
});

describe('the host plans', () => {
	test('keep the real ports of 2026-04-08 beside the one in use', () => {
		expect(hostPlans.map((plan) => plan.name)).toEqual(['default', 'containers', 'two-machines', '2026-04-08']);
		const { placements, publicNames, notDeployed } = planNamed('2026-04-08');
		const real = placements.map(({ service, host, ports, scheduledTask = '' }) => {
			const name = publicNames.find((route) => route.service === service)?.name ?? '';
			return [host, service, ports?.['main'], name, scheduledTask].join(' ').trim();
		});
		expect(real).toEqual([
			'windows-gpu mana-stt 3020 gpu-stt.mana.how ManaSTT',
			'windows-gpu mana-tts 3022 gpu-tts.mana.how ManaTTS',
			'windows-gpu mana-image-gen 3023 gpu-img.mana.how ManaImageGen',
			'windows-gpu mana-llm 3025 gpu-llm.mana.how ManaLLM',
			'windows-gpu mana-video-gen 3026 gpu-video.mana.how ManaVideoGen',
			'windows-gpu ollama 11434 gpu-ollama.mana.how',
			'mac-mini mana-auth 3001',
			'mac-mini mana-media 3015',
			'mac-mini mana-search 3021',
			'mac-mini mana-crawler 3023',
			'mac-mini mana-notify 3040',
			'mac-mini mana-sync 3050',
			'mac-mini mana-credits 3061',
			'mac-mini mana-user 3062',
			'mac-mini mana-subscriptions 3063',
			'mac-mini mana-analytics 3064',
			'mac-mini mana-events 3065',
		]);
		expect(notDeployed).toEqual(['mana-voice-bot']);
	});

	test('are found by name, and a wrong name lists them', () => {
		expect(() => planNamed('tomorrow')).toThrow('The plans are default, containers, two-machines, 2026-04-08.');
	});
});
