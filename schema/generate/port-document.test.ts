import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { factsOf } from './generate.ts';
import { portDocument } from './port-document.ts';

const facts = factsOf(join(import.meta.dirname, '../..'));
const text = portDocument.files(facts)[0]?.text ?? '';
const lines = text.split('\n').map((line) => line.replaceAll(/[|`*\s]+/g, ' '));

/** Typed from the origin document, never from the schema. All words of a fact stand on one line of the document. */
const origin: Readonly<Record<string, readonly (readonly string[])[]>> = {
	'what it was': [
		['PORT_SCHEMA.md', 'partially aspirational', '2026-03-28', '2026-04-08', '4cb1bc1827'],
		['per-service ports', "service's own guide", 'defaults of its source'],
		['make the move, or rewrite the plan'],
	],
	principles: [
		['Each range has a clear purpose (100 ports per range)'],
		['Backend 30xx and Frontend 50xx use matching last digits where possible'],
		['No conflicts - every port assigned exactly once'],
		['Room for growth in each range'],
	],
	'real ports of the Windows GPU server': [
		['Windows GPU server', '192.168.178.11'],
		['3020', 'mana-stt', 'gpu-stt.mana.how', 'ManaSTT'],
		['3022', 'mana-tts', 'gpu-tts.mana.how', 'ManaTTS'],
		['3023', 'mana-image-gen', 'gpu-img.mana.how', 'ManaImageGen'],
		['3025', 'mana-llm', 'gpu-llm.mana.how', 'ManaLLM'],
		['3026', 'mana-video-gen', 'gpu-video.mana.how', 'ManaVideoGen'],
		['11434', 'ollama', 'gpu-ollama.mana.how'],
	],
	'real ports of the Mac Mini': [
		['mana-auth', 'Mac Mini (production)', '3001', 'stays'],
		['mana-media', 'Mac Mini (production)', '3015'],
		['mana-search', 'Mac Mini (production)', '3021', 'mana-stt'],
		['mana-crawler', 'Mac Mini (production)', '3023', 'mana-image-gen'],
		['3023 was in use twice', 'mana-image-gen on Windows GPU server', 'mana-crawler on Mac Mini', 'no collision'],
		['mana-notify', 'Mac Mini (production)', '3040'],
		['mana-sync', 'Mac Mini (production)', '3050'],
		['mana-credits', 'Mac Mini (production)', '3061', '3002'],
		['mana-user', 'Mac Mini (production)', '3062', '3004'],
		['mana-subscriptions', 'Mac Mini (production)', '3063'],
		['mana-analytics', 'Mac Mini (production)', '3064'],
		['mana-events', 'Mac Mini (production)', '3065'],
	],
	'not deployed, and collisions of the past': [
		['Not deployed:', 'mana-voice-bot'],
		['mana-voice-bot', '3024', 'no scheduled task', 'cloudflared', 'no launchd plist', '3050'],
		['mana-image-gen and mana-video-gen', '3026', 'mana-voice-bot and mana-sync 3050', '2026-04-08'],
		['mana-image-gen', 'flux2.c', 'diffusers', 'Windows', '3023'],
	],
	'core services': [
		['3000-3009: Core Platform Services'],
		['3001', 'mana-auth', 'Authentication, JWT, sessions', 'Hono/Bun'],
		['3002', 'mana-credits', 'Credit system, billing', 'Go'],
		['3003', 'mana-subscriptions', 'Stripe subscriptions', 'Go'],
		['3004', 'mana-user', 'User profiles, settings', 'Go'],
		['3005', 'mana-analytics', 'Usage analytics, DuckDB', 'Go'],
		['Reserved: 3007-3009'],
		['3006 was reserved', 'mana-events'],
	],
	'infrastructure services': [
		['3010-3019: Core Infrastructure Services'],
		['3010', 'mana-sync', 'Local-first data sync (WebSocket + HTTP)', 'Go'],
		['3011', 'mana-media', 'Content-addressable storage, thumbnails', 'NestJS'],
		['3012', 'mana-search', 'Web search via SearXNG', 'Go'],
		['3013', 'mana-notify', 'Notifications (email, push, Matrix)', 'Go'],
		['3014', 'mana-crawler', 'Web crawler, content extraction', 'Go'],
		['3015', 'mana-landing-builder', 'Org landing page builder', 'NestJS'],
		['3016', 'mana-api-gateway', 'API keys, rate limiting, usage tracking', 'Go'],
		['Reserved: 3017-3019'],
	],
	models: [
		['3020-3029: AI/ML Services'],
		['3020', 'mana-llm', 'LLM abstraction (Ollama, OpenRouter)', 'Python'],
		['3021', 'mana-stt', 'Speech-to-Text (Whisper)', 'Python'],
		['3022', 'mana-tts', 'Text-to-Speech (Kokoro, Piper)', 'Python'],
		['3023', 'mana-image-gen', 'Image generation (FLUX)', 'Python'],
		['3024', 'mana-voice-bot', 'Voice-to-voice assistant', 'Python'],
		['Reserved: 3025, 3027-3029'],
		['3026 was reserved', 'mana-video-gen'],
	],
	'app servers': [
		['3030-3059: App Compute Servers'],
		['Only apps that need computing on a server', 'AI', 'file work', 'mana-sync'],
		['3030', 'chat-server', 'AI chat, streaming, spaces', 'Hono/Bun'],
		['3031', 'todo-server', 'RRULE expansion, reminders', 'Hono/Bun'],
		['3032', 'calendar-server', 'CalDAV sync, Google Calendar, notifications', 'Hono/Bun'],
		['3033', 'contacts-server', 'Google Contacts, vCard import/export', 'Hono/Bun'],
		['3034', 'storage-server', 'S3 file ops, versioning, shares', 'Hono/Bun'],
		['3035', 'picture-server', 'Replicate AI, generation orchestration', 'Hono/Bun'],
		['3036', 'cards-server', 'AI card generation', 'Hono/Bun'],
		['3037', 'mukke-server', 'Audio processing, BPM, ID3 tags', 'Hono/Bun'],
		['3038', 'nutriphi-server', 'Gemini meal analysis', 'Hono/Bun'],
		['3039', 'planta-server', 'Gemini plant analysis', 'Hono/Bun'],
		['3040', 'presi-server', 'Share links', 'Hono/Bun'],
		['Reserved: 3041-3059'],
	],
	matrix: [
		['4000-4099: Matrix/Chat Stack'],
		['4000', 'synapse', 'Matrix homeserver'],
		['4001', 'mana-matrix-bot', 'Go bot (health/metrics)'],
		['4010', 'element-web', 'Element web client'],
		['4011', 'matrix-web', 'SvelteKit Matrix client'],
		['4400', 'landings', 'Nginx static landing pages'],
		['4400', '4000-4099', 'number is kept'],
	],
	'front ends': [
		['5000-5049: Web Frontends (SvelteKit)'],
		['5000-5059', '5049'],
		['5000', 'mana-web', 'Hub/Dashboard'],
		['5010 chat-web', '3030 chat-server'],
		['5011 todo-web', '3031 todo-server'],
		['5012 calendar-web', '3032 calendar-server'],
		['5013', 'clock-web', '(local-first only)'],
		['5014 contacts-web', '3033 contacts-server', 'differ'],
		['5015 storage-web', '3034 storage-server', 'differ'],
		['5016 presi-web', '3040 presi-server', 'differ'],
		['5017 nutriphi-web', '3038 nutriphi-server', 'differ'],
		['5018', 'zitare-web', '(local-first only)'],
		['5019', 'photos-web', '(local-first + mana-media)'],
		['5020', 'skilltree-web', '(local-first only)'],
		['5021 picture-web', '3035 picture-server', 'differ'],
		['5022', 'citycorners-web', '(local-first only)'],
		['5023 cards-web', '3036 cards-server', 'differ'],
		['5024 mukke-web', '3037 mukke-server', 'differ'],
		['5025', 'inventar-web', '(local-first only)'],
		['5026', 'context-web', '(local-first only)'],
		['5027', 'questions-web', '(local-first only)'],
		['5028 planta-web', '3039 planta-server', 'differ'],
		['5029', 'moodlit-web', '(future)'],
		['Reserved: 5030-5049'],
		['5050-5059: Playground/Dev Tools'],
		['5050', 'llm-playground', 'LLM testing UI'],
		['5100-5199: Games'],
		['5100', 'whopixels', 'Pixel art game'],
	],
	operations: [
		['Monitoring Dashboards', '8000-8099', '8080'],
		['8000', 'grafana', 'Metrics dashboards'],
		['8010', 'umami', 'Web analytics'],
		['8020', 'glitchtip', 'Error tracking'],
		['9000-9199: Infrastructure & Exporters'],
		['5432', 'postgres', 'PostgreSQL'],
		['6379', 'redis', 'Redis cache'],
		['9000', 'minio', 'S3 API', 'bject storage'],
		['9001', 'minio', 'Console', 'MinIO admin UI'],
		['9090', 'victoriametrics', 'Metrics storage'],
		['9091', 'pushgateway', 'Deploy metrics'],
		['9093', 'alertmanager', 'Alert routing'],
		['9095', 'alert-notifier', 'Matrix alert bridge'],
		['9100', 'node-exporter', 'Host metrics'],
		['9110', 'cadvisor', 'Container metrics'],
		['9121', 'redis-exporter', 'Redis metrics'],
		['9187', 'postgres-exporter', 'Postgres metrics'],
		['8080', 'searxng', 'Meta-search (not exposed to host)'],
	],
	'adding a service': [
		['Pick the next free port'],
		['this document', 'compose', 'environment', 'scrape configuration'],
		['document, compose, the env generator, Prometheus'],
	],
};

describe('every fact of the origin document is in the port schema for people', () => {
	for (const [about, wanted] of Object.entries(origin))
		test(about, () => {
			const missing = wanted.filter((words) => !lines.some((line) => words.every((word) => line.includes(word))));
			expect(missing.map((words) => words.join(' · '))).toEqual([]);
		});
});

test('it names every decision, every reason for digits and for a shadowed number, and every purpose', () => {
	const told = text.replaceAll('&lt;', '<');
	for (const { decision, purpose, title } of facts.ranges)
		for (const said of [decision ?? '', purpose, title]) expect(told).toContain(said);
	for (const row of facts.services) {
		for (const said of [row.decision, row.door?.digits, row.shadows]) expect(told).toContain(said ?? '');
		for (const port of row.ports) expect(told, row.name).toContain(port.purpose);
	}
	for (const plan of facts.plans) {
		expect(told).toContain(plan.note ?? '');
		for (const host of plan.hosts) expect(told).toContain(host.title);
	}
});

test('its links within lead to headings that are there', () => {
	const anchors = new Set(
		[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
			heading
				.toLowerCase()
				.replaceAll(/[^\w\- ]/g, '')
				.replaceAll(' ', '-'),
		),
	);
	const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
	expect(links.length).toBeGreaterThan(facts.ranges.length);
	for (const link of links) expect(anchors).toContain(link);
});

test('every table has as many cells in each line as in its head', () => {
	const rows = text.split('\n').map((line) => (line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : 0));
	expect(rows.filter((cells, at) => cells > 0 && (rows[at - 1] ?? 0) > 0 && cells !== rows[at - 1])).toEqual([]);
});

test('a number that is moved in the rows is moved in the document', () => {
	const services = facts.services.map((row) =>
		row.name === 'mana-tts' ? { ...row, ports: [{ ...row.ports[0], port: 3029 }] as const } : row,
	);
	const [moved] = portDocument.files({ ...facts, services });
	expect(moved?.text).toMatch(/\| 3029 +\| mana-tts/);
	expect(moved?.text).toMatch(/\| mana-tts +\| Windows GPU server +\| 3022 +\| 3029 +\| moves/);
});
