import { afterEach, beforeEach, expect, test } from 'bun:test';
import { manifest } from '@mana/archive';
import { openStore } from '@mana/store';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { type FileEntry, TextWriter, Uint8ArrayReader, ZipReader } from '@zip.js/zip.js';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepers, openFormatServices } from '../leaving/keepers.ts';
import { migrations } from '../migrations.ts';
import type { Tables } from '../store.ts';
import { signedInMember, signedInOwner, startAuth, type TestAuth, TestBrowser, TestClock } from '../testing.ts';
import type { Archive } from './archives.ts';
import { counts, ownSpace, record, TestSources } from './testing-sources.ts';

const [minuteMs, dayMs] = [60_000, 24 * 60 * 60_000];
const fileOf = (letter: string, content: string) => ({ hash: letter.repeat(64), name: `${letter}/1.txt`, content });

eachEngine('the archive of a person', (engine) => {
	let place: TestPlace;
	let clock: TestClock;
	let sources: TestSources;
	let auth: TestAuth;
	let owner: TestBrowser;

	beforeEach(async () => {
		place = await engine.place();
		clock = new TestClock();
		sources = new TestSources();
		sources.files = [fileOf('a', 'the moth'), fileOf('b', 'the log book')];
		auth = await startAuth({ ...place, clock, services: sources.addresses });
		owner = await signedInOwner(auth);
	});

	afterEach(async () => {
		await auth.close();
		await sources.close();
	});

	const archive = async () => (await owner.get('/archive')).body['archive'] as Archive | null;
	/** Until the job has come that far: what it asks of others is heard at once, what it writes is looked for. */
	const until = async (holds: (archive: Archive) => boolean) => {
		for (;;) {
			const now = await archive();
			if (now && holds(now)) return now;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	};
	const fetched = async (path: string, headers: Record<string, string> = {}) => {
		const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		return fetch(`${auth.url}${path}`, { headers: { cookie, ...headers } });
	};
	const folder = () => join(auth.home, 'mana-auth', 'archives');

	test('is asked for with a proof, has everything of every service, can be fetched in parts, and goes after a week', async () => {
		clock.advance(11 * minuteMs);
		expect((await owner.post('/archive')).body['code']).toBe('proof-needed');
		await owner.post('/proofs', { password: 'first program 1843' });
		expect((await owner.post('/archive')).status).toBe(201);
		const ready = await until(({ state }) => state === 'ready');
		await sources.until(() => sources.asked.includes('/v1/send'));
		expect(ready.expiresAt).toBe(new Date(clock.now() + 7 * dayMs).toISOString());
		const { path } = (await owner.post('/archive/links')).body as { path: string };
		const whole = await fetched(path);
		expect([whole.headers.get('content-type'), whole.headers.get('content-length')]).toEqual([
			'application/zip',
			String(ready.bytes),
		]);
		const bytes = new Uint8Array(await whole.arrayBuffer());
		const part = await fetched(path, { range: 'bytes=10-19' });
		expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
		expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(10, 20));
		expect((await fetched(path, { range: `bytes=${bytes.length}-` })).status).toBe(416);

		const texts = await textsOf(bytes);
		const said = manifest.parse(JSON.parse(texts['manifest.json']!));
		const own = texts['services/mana-auth.ndjson']!.trimEnd().split('\n');
		expect(Object.keys(said.services).sort()).toEqual(['mana-auth', ...keepers].sort());
		expect(said.services).toMatchObject({ 'mana-auth': own.length, 'mana-user': 1 });
		expect(own.map((line) => (JSON.parse(line) as { table: string }).table)).toContain('person');
		expect(said.spaces).toEqual([{ ...ownSpace, ...counts, files: { count: 2, bytes: 20, missing: 0 } }]);
		expect(said.open.files).toEqual(openFormatServices.map((name) => `open/${name.replace('-server', '')}/Home.ics`));
		expect(texts['open/todo/Home.ics']).toBe('BEGIN:VCALENDAR');
		expect(texts['spaces/own/records.ndjson']).toBe(`${JSON.stringify(record)}\n`);
		expect(texts[`spaces/own/files/${'b'.repeat(16)}-b_1.txt`]).toBe('the log book');
		expect(texts['spaces/own/files.ndjson']!.trimEnd().split('\n')).toHaveLength(2);
		const { 'manifest.json': _, 'README.txt': __, 'checksums.sha256': sums, ...rest } = texts;
		expect(sums!.trimEnd().split('\n').sort()).toEqual(
			Object.entries(rest)
				.map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}`)
				.sort(),
		);

		// The link is for this session alone, and for half a day.
		const copy = auth.browser();
		await copy.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
		expect((await copy.get(path)).body['code']).toBe('link-invalid');
		expect((await owner.get(path.replace(/until=\d/, 'until=9'))).body['code']).toBe('link-invalid');
		clock.advance(13 * 60 * minuteMs);
		expect((await owner.get(path)).body['code']).toBe('link-invalid');
		expect((await owner.post('/archive/links')).body['code']).toBe('proof-needed');
		expect(await readdir(folder())).toHaveLength(1);
		clock.advance(7 * dayMs);
		expect(await archive()).toBeNull();
		await owner.post('/proofs', { password: 'first program 1843' });
		expect((await owner.post('/archive/links')).body['code']).toBe('archive-unknown');
		await owner.post('/archive');
		await until(({ state }) => state === 'ready');
		expect(await readdir(folder())).toHaveLength(1);
	});

	test('says what keeps it, is tried again, fails in the end, and goes on from where it was when somebody says so', async () => {
		sources.away = '/records';
		await owner.post('/archive');
		expect((await until(({ problem }) => problem !== null)).problem).toEqual({ code: 'service-failed', service: 'mana-sync' });
		for (let state = 'making'; state === 'making'; { state } = (await archive())!) {
			clock.advance(120_000);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		sources.away = null;
		sources.asked.length = 0;
		await owner.post('/proofs', { password: 'first program 1843' });
		expect((await owner.post('/archive')).body['archive']).toMatchObject({ state: 'making', problem: null });
		await until(({ state }) => state === 'ready');
		expect(sources.asked.filter((path) => path.endsWith('/export'))).toEqual([]);
		const kinds = ((await owner.get('/activity')).body['entries'] as { kind: string }[]).map(({ kind }) => kind);
		expect(kinds.filter((kind) => kind.startsWith('archive'))).toEqual(['archive-begun']);
	});

	test('does without what other programs read when the server of an app does not run, and says so', async () => {
		sources.away = '/open-formats';
		await owner.post('/archive');
		await until(({ state }) => state === 'ready');
		const { path } = (await owner.post('/archive/links')).body as { path: string };
		const texts = await textsOf(new Uint8Array(await (await fetched(path)).arrayBuffer()));
		const { open } = manifest.parse(JSON.parse(texts['manifest.json']!));
		expect(open).toEqual({ files: [], missing: Object.fromEntries(openFormatServices.map((name) => [name, 'service-failed'])) });
		expect(texts['README.txt']).toContain('todo-server: service-failed');
	});

	test('is thrown away by whom it belongs to, also while it is made, and nobody else sees it', async () => {
		sources.stuck = '/records';
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		await owner.post('/archive');
		await sources.until(() => sources.asked.some((path) => path.endsWith('/records')));
		expect((await grace.get('/archive')).body['archive']).toBeNull();
		expect((await grace.send('DELETE', '/archive')).body['code']).toBe('archive-unknown');
		expect((await owner.post('/archive/links')).body['code']).toBe('archive-not-ready');
		expect((await owner.send('DELETE', '/archive')).status).toBe(204);
		expect(await archive()).toBeNull();
		expect(await readdir(folder())).toEqual([]);
		// What was under way ends with the service.
		await auth.close();
		expect(await readdir(folder())).toEqual([]);
	});
});

test('goes on where SIGKILL cut it off, and asks nobody twice for what is written', async () => {
	const home = await mkdtemp(join(tmpdir(), 'mana-auth-'));
	const sources = new TestSources();
	sources.files = [
		fileOf('a', 'x'.repeat(9 * 1024 * 1024)),
		fileOf('b', 'y'.repeat(9 * 1024 * 1024)),
		fileOf('c', 'the last one'),
	];
	try {
		const auth = await startAuth({ home, services: sources.addresses });
		await signedInOwner(auth);
		await auth.close();
		const first = await startProcess(home, sources.addresses);
		const browser = first.browser();
		await browser.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
		sources.stuck = 'c'.repeat(64);
		await browser.post('/archive');
		await sources.until(() => sources.asked.some((path) => path.endsWith('c'.repeat(64))));
		first.process.kill('SIGKILL');
		await first.process.exited;
		expect((await readdir(join(home, 'mana-auth', 'archives')))[0]).toEndWith('.partial');
		sources.stuck = null;
		sources.asked.length = 0;
		const store = await openStore<Tables & JobRows>({ service: 'mana-auth', home, migrations });
		// As when the time is over that a job may take.
		await store.db.updateTable('mana_jobs').set({ lease_until: 0 }).where('state', '=', 'running').execute();
		await store.close();
		const second = await startProcess(home, sources.addresses);
		const again = second.browser();
		await again.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
		const state = async () => ((await again.get('/archive')).body['archive'] as Archive).state;
		while ((await state()) !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
		second.process.kill();
		await second.process.exited;
		const files = sources.asked.filter((path) => /\/(files\/\w+|records|export|open-formats)$/.test(path));
		expect(files.map((path) => path.slice(-1))).toEqual(['c']);
		const [name] = await readdir(join(home, 'mana-auth', 'archives'));
		const texts = await textsOf(new Uint8Array(await Bun.file(join(home, 'mana-auth', 'archives', name!)).arrayBuffer()));
		expect(Object.keys(texts).filter((path) => path.includes('/files/'))).toHaveLength(3);
		for (const line of texts['checksums.sha256']!.trimEnd().split('\n')) {
			const [sum, path] = line.split('  ');
			expect([path, createHash('sha256').update(texts[path!]!).digest('hex')]).toEqual([path, sum]);
		}
	} finally {
		await sources.close();
		await rm(home, { recursive: true });
	}
}, 60_000);

interface JobRows {
	mana_jobs: { state: string; lease_until: number | null };
}

async function startProcess(home: string, addresses: Readonly<Record<string, string>>) {
	const program = join(import.meta.dir, '../testing-process.ts');
	const started = Bun.spawn([process.execPath, program, JSON.stringify({ home, addresses })], { stdin: 'pipe', stdout: 'pipe' });
	const { value } = await started.stdout.getReader().read();
	const url = new TextDecoder().decode(value).trim();
	return { process: started, browser: () => new TestBrowser(url, 'http://mana.localhost', '192.0.2.1') };
}

async function textsOf(bytes: Uint8Array): Promise<Record<string, string>> {
	const reader = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false, checkSignature: true });
	const entries = (await reader.getEntries()) as FileEntry[];
	const texts: Record<string, string> = {};
	for (const entry of entries) {
		expect(Object.keys(texts)).not.toContain(entry.filename);
		texts[entry.filename] = await entry.getData(new TextWriter());
	}
	await reader.close();
	return texts;
}
