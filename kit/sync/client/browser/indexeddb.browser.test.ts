import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Link } from '../link.ts';
import type { Mana } from '../api.ts';
import { chromiumSwitches } from './chromium.ts';
import type { TestPage } from './test-page.ts';
import { TestBrowser, World } from '../test-world.ts';
import { join, split } from '../exchange.ts';

declare global {
	interface Window {
		client: TestPage;
		mana: Mana;
		add(titles: string[]): Promise<void>;
		saved(title: string): void;
	}
	var add: Window['add'];
}

const executablePath = [process.env.MANA_CHROMIUM, '/usr/bin/chromium', chromium.executablePath()].find(
	(path) => path && existsSync(path),
);
const withBrowser = executablePath ? describe : describe.skip;

let browser: Browser;
let server: TestService;

beforeAll(async () => {
	if (!executablePath) return console.warn('No browser found: set MANA_CHROMIUM to test IndexedDB.');
	server = await serve();
	const playwright = await Bun.file(Bun.resolveSync('playwright-core/lib/coreBundle', import.meta.dir)).text();
	browser = await chromium.launch({ executablePath, args: [...chromiumSwitches(playwright)] });
}, 60_000);

afterAll(async () => {
	await browser?.close();
	await server?.stop();
});

withBrowser('IndexedDB in Chromium', () => {
	test('keeps every write that was said to be saved when the tab dies in the middle of writing', async () => {
		const context = await browser.newContext();
		const saved = new Set<string>();
		await context.exposeFunction('saved', (title: string) => void saved.add(title));
		for (let life = 0; life < 4; life++) {
			const page = await open(context, 'guest');
			await page.evaluate((life) => {
				const { mana, client } = window;
				let i = 0;
				const write = () => {
					const title = `${life}-${i++}`;
					void mana.write('Add', (tx) => tx.create(client.tasks, { title })).saved.then(() => window.saved(title));
					if (i % 5 === 0) setTimeout(write, 0);
					else write();
				};
				write();
			}, life);
			await page.waitForTimeout(60 + life * 35);
			await page.close({ runBeforeUnload: false });
		}
		const page = await open(context, 'guest');
		const found = new Set(await titles(page));
		expect(saved.size).toBeGreaterThan(20);
		expect([...saved].filter((title) => !found.has(title))).toEqual([]);
		const numbers = await page.evaluate(() => window.mana.outbox().map(({ transaction: { n, stamp } }) => [n, stamp] as const));
		expect(numbers.every(([n, stamp], i) => i === 0 || (n === numbers[i - 1]![0] + 1 && stamp > numbers[i - 1]![1]))).toBe(true);
		await context.close();
	}, 60_000);

	test('keeps two tabs in step without a server, also when they write at the same time', async () => {
		const context = await browser.newContext();
		const [a, b] = [await open(context, 'guest'), await open(context, 'guest')];
		await Promise.all([a, b].map((page, i) => page.evaluate((i) => add(Array.from({ length: 50 }, (_, k) => `${i}-${k}`)), i)));
		for (const page of [a, b]) await until(page, () => window.mana.query(window.client.tasks).rows.length === 100);
		expect(await titles(a)).toEqual(await titles(b));
		const c = await open(context, 'guest');
		expect(await titles(c)).toEqual(await titles(a));
		await context.close();
	}, 60_000);

	test('syncs two browsers over the socket, and goes on when the leading tab closes', async () => {
		const [one, two] = [await browser.newContext(), await browser.newContext()];
		const [a, b, other] = [await open(one, 'ada'), await open(one, 'ada'), await open(two, 'ada')];
		for (const page of [a, b, other]) await until(page, () => window.mana.sync.phase === 'live');
		expect(await b.evaluate(() => window.mana.sync.leader)).toBe(false);
		await b.evaluate(() => add(['from the follower']));
		await until(other, () => window.mana.query(window.client.tasks).rows.length === 1);
		await a.close();
		await until(b, () => window.mana.sync.leader && window.mana.sync.phase === 'live');
		await b.evaluate(() => add(['from the new leader']));
		await until(other, () => window.mana.query(window.client.tasks).rows.length === 2);
		await until(b, () => window.mana.sync.unsent === 0);
		await one.setOffline(true);
		await b.evaluate(() => add(['while offline']));
		server.cut();
		await until(b, () => window.mana.sync.phase === 'offline');
		expect(await b.evaluate(() => window.mana.sync.unsent)).toBe(1);
		await one.setOffline(false);
		await until(other, () => window.mana.query(window.client.tasks).rows.length === 3);
		await Promise.all([one.close(), two.close()]);
	}, 60_000);

	test('says that storage is full, keeps what it had, and sends what it cannot store', async () => {
		const context = await browser.newContext();
		// Before the first write: Chromium looks only now and then how much room is left.
		const first = await blank(context);
		const { origin } = new URL(first.url());
		await (await context.newCDPSession(first)).send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 });
		const page = await open(context, 'ada');
		await page.evaluate(() => add(['before']));
		await until(page, () => window.mana.sync.phase === 'live' && window.mana.sync.unsent === 0);
		expect(await page.evaluate(() => window.mana.sync.durable)).toBe(true);
		await page.evaluate(() => add(Array.from({ length: 1_000 }, (_, i) => `${i} ${'x'.repeat(480)}`)).catch(() => undefined));
		await until(page, () => window.mana.sync.full === true && !window.mana.sync.durable);
		await until(page, () => window.mana.sync.phase === 'live' && window.mana.sync.unsent === 0);
		expect([...server.world.server.cells.values()].filter(({ value }) => String(value).endsWith('xxx'))).toHaveLength(1_000);
		await first.close(); // and the quota with it
		await page.close();
		const again = await open(context, 'ada');
		expect(await titles(again)).toContain('before');
		await until(again, () => window.mana.sync.phase === 'live' && window.mana.query(window.client.tasks).rows.length > 1_000);
		expect(await again.evaluate(() => window.mana.sync.durable)).toBe(true);
		await context.close();
	}, 60_000);

	test('takes HTTP exchanges where sockets do not get through', async () => {
		const context = await browser.newContext();
		await context.addInitScript(() => {
			window.WebSocket = class extends WebSocket {
				constructor() {
					super(`ws://${location.host}/nobody-home`);
				}
			} as typeof WebSocket;
		});
		const page = await open(context, 'ada');
		await until(page, () => window.mana.sync.phase === 'live');
		await page.evaluate(() => add(['by exchange']));
		await until(page, () => window.mana.sync.unsent === 0);
		expect([...server.world.server.cells.values()].map(({ value }) => value)).toContain('by exchange');
		await context.close();
	}, 60_000);

	test('gives a guest everything at sign-up, also when the tab dies in between', async () => {
		const context = await browser.newContext();
		const guest = await open(context, 'guest');
		await guest.evaluate(() => add(['made as a guest', 'and another']));
		const ids = await guest.evaluate(() => window.mana.query(window.client.tasks).rows.map(({ id }) => id));
		await guest.evaluate(() => {
			localStorage.setItem('mana-adopting', 'ada');
			void window.client.adoptGuest('ada');
		});
		await guest.close();
		const page = await open(context, 'ada');
		await until(page, () => window.mana.sync.phase === 'live' && window.mana.sync.unsent === 0);
		const found = await page.evaluate(() => window.mana.query(window.client.tasks).rows.map(({ id }) => id));
		expect(ids.every((id) => found.includes(id))).toBe(true);
		expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual(['mana-ada']);
		const again = await open(context, 'guest');
		expect(await titles(again)).toEqual([]);
		await context.close();
	}, 60_000);

	test('wipes an account in all tabs, and tells a wiped browser from a new one', async () => {
		const context = await browser.newContext();
		const [a, b] = [await open(context, 'ada'), await open(context, 'ada')];
		await a.evaluate(async () => {
			await window.mana.close();
			await window.client.forgetAccount({ person: 'ada' });
		});
		await until(b, () => window.mana.sync.problem?.code === 'forgotten');
		expect(await a.evaluate(() => indexedDB.databases())).toEqual([]);
		expect(await (await open(context, 'ada')).evaluate(() => window.mana.sync.evicted ?? false)).toBe(false);
		await context
			.pages()
			.at(-1)!
			.evaluate(async () => {
				await window.mana.close();
				indexedDB.deleteDatabase('mana-ada');
			});
		expect(await (await open(context, 'ada')).evaluate(() => window.mana.sync.evicted)).toBe(true);
		await context.close();
	}, 60_000);

	test('goes on in memory where there is no IndexedDB', async () => {
		const context = await browser.newContext();
		await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
		const page = await open(context, 'guest');
		await page.evaluate(() => add(['not for long']));
		expect(
			await page.evaluate(() => [window.mana.sync.durable, window.client.exportOutbox(window.mana).includes('not for long')]),
		).toEqual([false, true]);
		await context.close();
	}, 60_000);

	test('has 10,000 records whole from the outbox, from pages and by a first download', async () => {
		const context = await browser.newContext();
		const page = await open(context, 'guest');
		const wrote = await page.evaluate(async () => {
			const { mana, client } = window;
			const begin = performance.now();
			let last = Promise.resolve();
			for (let i = 0; i < 20; i++) {
				last = mana.write('Import', (tx) => {
					for (let k = 0; k < 500; k++) {
						const draft = {
							title: `Task ${i * 500 + k}`,
							tags: ['home'],
							rank: k,
							due: '2026-11-23',
							time: '10:00',
							notes: 'A few words.',
						};
						tx.create(client.tasks, draft);
					}
				}).saved;
			}
			await last;
			return performance.now() - begin;
		});
		const cold = await load(context);
		await (
			await open(context, 'ada')
		).evaluate(async () => {
			const guest = await window.client.openMana({ account: 'guest' });
			await window.mana.close();
			window.mana = await window.client.openMana({ account: { person: 'ada' }, adopt: guest });
		});
		const account = context.pages().at(-1)!;
		await until(account, () => window.mana.sync.phase === 'live' && window.mana.sync.unsent === 0);
		await account.waitForTimeout(7_000); // the quiet time after which pages are written
		await account.close();
		const pages = await load(context, 'ada');
		const fresh = await browser.newContext();
		const first = await load(fresh, 'ada', true);
		console.log(
			`10,000 records × 7 fields: write ${Math.round(wrote)} ms, cold load from outbox ${Math.round(cold)} ms, from pages ${Math.round(pages)} ms, ` +
				`first download until shown ${Math.round(first)} ms`,
		);
		await Promise.all([context.close(), fresh.close()]);
	}, 120_000);
});

/** Time until 10,000 rows of an account are there, in ms. */
async function load(context: BrowserContext, account: 'guest' | 'ada' = 'guest', download = false): Promise<number> {
	const page = await blank(context);
	const ms = await page.evaluate(
		async ([account, download]) => {
			const begin = performance.now();
			window.mana = await window.client.openMana({ account: account === 'guest' ? 'guest' : { person: account } });
			const tasks = window.mana.query(window.client.tasks);
			if (download) while (tasks.rows.length < 10_000) await new Promise((resolve) => setTimeout(resolve, 1));
			if (tasks.rows.length < 10_000) throw new Error(`Only ${tasks.rows.length} rows.`);
			return performance.now() - begin;
		},
		[account, download] as const,
	);
	await page.close();
	return ms;
}

async function blank(context: BrowserContext): Promise<Page> {
	const page = await context.newPage();
	page.on('pageerror', (error) => console.error('page:', error));
	await page.goto(server.url);
	return page;
}

async function open(context: BrowserContext, account: 'guest' | 'ada'): Promise<Page> {
	const page = await blank(context);
	await page.evaluate(async (account) => {
		window.mana = await window.client.openMana({ account: account === 'guest' ? 'guest' : { person: account } });
		window.add = (titles) =>
			Promise.all(titles.map((title) => window.mana.write('Add', (tx) => tx.create(window.client.tasks, { title })).saved)).then(
				() => undefined,
			);
	}, account);
	return page;
}

function titles(page: Page): Promise<string[]> {
	return page.evaluate(() => window.mana.query(window.client.tasks).rows.map(({ title }) => title));
}

function until(page: Page, condition: () => boolean): Promise<unknown> {
	return page.waitForFunction(condition, undefined, { timeout: 30_000, polling: 20 });
}

interface TestService {
	readonly url: string;
	readonly world: World;
	/** Ends all sockets. */
	cut(): void;
	stop(): Promise<void>;
}

/** The test server of `test-world.ts` behind real HTTP and WebSocket doors. */
async function serve(): Promise<TestService> {
	const built = await Bun.build({ entrypoints: [`${import.meta.dir}/test-page.ts`], target: 'browser' });
	const script = await built.outputs[0]!.text();
	const world = new World();
	Object.defineProperty(world, 'now', { get: () => Date.now() });
	const ends = new Set<{ close(): void }>();
	const service = Bun.serve<{ link: Link | null }>({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request, server) {
			const { pathname } = new URL(request.url);
			if (pathname === '/api/mana-auth/token') return Response.json({ token: 'ada', expiresAt: Date.now() + 600_000 });
			if (pathname === '/api/mana-sync/exchange') return exchange(world, await request.bytes());
			if (pathname === '/api/mana-sync/socket' && server.upgrade(request, { data: { link: null } })) return undefined;
			if (pathname === '/client.js') return new Response(script, { headers: { 'content-type': 'text/javascript' } });
			if (pathname === '/')
				return new Response('<script type="module" src="/client.js"></script>', { headers: { 'content-type': 'text/html' } });
			return new Response(null, { status: 404 });
		},
		websocket: {
			open(socket) {
				ends.add(socket);
				socket.data.link = world.server.connect(new TestBrowser(world), {
					opened: () => undefined,
					received: (frame) => void socket.sendBinary(frame),
					closed: () => socket.close(),
				});
			},
			message: (socket, data) => socket.data.link!.send(new Uint8Array(data as Buffer)),
			close(socket) {
				ends.delete(socket);
				socket.data.link?.close();
			},
		},
	});
	return {
		url: service.url.href,
		world,
		cut: () => ends.forEach((end) => end.close()),
		stop: () => service.stop(true),
	};
}

/** One whole exchange: all frames in, all answers out. */
function exchange(world: World, body: Uint8Array): Promise<Response> {
	const { promise, resolve } = Promise.withResolvers<Response>();
	const door = new TestBrowser(world);
	door.exchange = true;
	const answers: Uint8Array[] = [];
	const link = world.server.connect(door, {
		opened: () => split(body).forEach((frame) => link.send(frame)),
		received: (frame) => void answers.push(frame),
		closed: () => resolve(new Response(join(answers) as Uint8Array<ArrayBuffer>)),
	});
	return promise;
}
