import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import type { Mana, Writer } from '@mana/sync/client/api';
import { events } from '../apps/calendar/model.ts';
import { details, people } from '../apps/contacts/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { startMana, type TestMana } from '../e2e/mana.ts';
import { invite, signIn, type TestPerson } from '../e2e/people.ts';
import { seed } from '../e2e/seed.ts';
import { answers, frames, interactions, loaded, opened } from './apps/measure.ts';
import { type Bench, type Figure, percentile } from './bench.ts';
import { findBrowser } from './browser.ts';

const batch = 500;
/** Interactions of everybody's sixty-hertz screens: three pictures. */
const interactionMs = 50;

/** One app, with as much in it as somebody has who lives with it. */
interface FullApp {
	readonly name: string;
	readonly path: string;
	readonly many: number;
	/** Makes record number `at` of them. */
	make(tx: Writer, at: number): void;
	/** What is there once the first screen is drawn. */
	readonly first: string;
	/** Where it is searched, and for what. */
	readonly search: { readonly path: string; readonly words: string };
	/** What is done over and over, by one key a round; where it brings other rows, until they are drawn. Elsewhere than on the first screen: at a path. */
	readonly acts: readonly {
		readonly name: string;
		readonly keys: readonly string[];
		readonly rows?: string;
		readonly path?: string;
	}[];
}

const rows = 'main [data-row]';
/** Where one writes what is looked for. */
const searchField = 'main input[type=search], main [role=combobox]';
/** What an answer to a search is shown as: rows, or entries of days. */
const shown = `${rows}, main [data-key]`;

export const fullApps: readonly FullApp[] = [
	{
		name: 'todo',
		path: '/todo',
		many: 50_000,
		make: (tx, at) =>
			tx.create(tasks, {
				title: `Task ${at}: ${word(at)} the ${thing(at)}`,
				notes: at % 3 === 0 ? 'Not too much of it.' : '',
				dueDay: at % 4 === 0 ? `2030-0${(at % 9) + 1}-1${at % 10}` : null,
				priority: at % 7 === 0 ? 'high' : 'none',
			}),
		first: rows,
		search: { path: '/todo/search', words: 'water garden' },
		acts: [{ name: 'complete', keys: ['x'] }],
	},
	{
		name: 'calendar',
		path: '/calendar/week',
		many: 20_000,
		make: (tx, at) =>
			tx.create(events, {
				title: `${word(at)} the ${thing(at)}`,
				start: eventAt(at).toISOString().slice(0, 16),
				zone: 'Europe/Berlin',
				repeat: at >= CROWD ? (at % 15 === 0 ? 'FREQ=WEEKLY' : null) : at % 100 === 0 ? 'FREQ=WEEKLY;COUNT=52' : null,
			}),
		first: 'main [data-key]',
		search: { path: '/calendar/search', words: 'water garden' },
		acts: [
			{ name: 'to the next week and back, 23 events', keys: ['j', 'k'], rows: 'main [data-key]' },
			{
				name: 'to the next week and back, some 210 events',
				keys: ['j', 'k'],
				rows: 'main [data-key]',
				path: `/calendar/week/${eventAt(19_900).toISOString().slice(0, 10)}`,
			},
		],
	},
	{
		name: 'contacts',
		path: '/contacts',
		many: 10_000,
		make: (tx, at) => {
			const contact = tx.create(people, { given: word(at), family: `${thing(at)} ${String(at).padStart(5, '0')}` });
			tx.create(details, { contact, kind: 'phone', value: `+4930${1_000_000 + at}` });
			if (at % 2 === 0) tx.create(details, { contact, kind: 'email', value: `person${at}@example.org` });
		},
		first: rows,
		search: { path: '/contacts', words: 'water garden' },
		acts: [{ name: 'star', keys: ['s'] }],
	},
];

/** Opening, scrolling, searching and editing apps that are full, in Chromium; `MANA_BENCH_APP` names one of them to measure that alone. */
export const apps: Bench = {
	name: 'Full apps, in the browser',
	async run(report) {
		const mana = await startMana();
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
		});
		try {
			const only = process.env['MANA_BENCH_APP'];
			for (const app of fullApps) if (!only || only === app.name) await measure(app, mana, browser, report);
		} finally {
			await browser.close();
			await mana.stop();
		}
	},
};

async function measure(app: FullApp, mana: TestMana, browser: Browser, report: (figure: Figure) => void): Promise<void> {
	const person = await invite(mana, `Full ${app.name}`);
	await seed(mana, person, (store) => fill(store, app));
	const context = await contextOf(browser, mana, person);
	const page = await context.newPage();
	const name = (what: string): string => `${app.name}, ${app.many.toLocaleString('en')}: ${what}`;
	const times = (what: string, samples: readonly number[], most: number, note: string): void =>
		report({ name: name(`${what}, p95`), value: percentile(samples, 0.95), unit: 'ms', aim: { most }, note });

	await page.goto(`${mana.url}${app.path}`);
	await page.locator(app.first).first().waitFor({ timeout: 120_000 });
	await page.getByRole('button', { name: 'Up to date' }).first().waitFor({ timeout: 120_000 });
	await Bun.sleep(3_000);

	const loads: number[] = [];
	for (let round = 0; round < 5; round++) loads.push(await loaded(page, `${mana.url}${app.path}`, app.first));
	report({
		name: name('load to first rows, median'),
		value: percentile(loads, 0.5),
		unit: 'ms',
		note: 'the whole page, from this device',
	});

	const draws: number[] = [];
	for (let round = 0; round < 5; round++) {
		await page.goto(`${mana.url}/`);
		await page.locator(`nav a[href="/${app.name}"]`).first().waitFor();
		await page.getByRole('button', { name: 'Up to date' }).first().waitFor({ timeout: 120_000 });
		await Bun.sleep(1_500);
		draws.push(await opened(page, `nav a[href="/${app.name}"]`, app.first));
	}
	report({
		name: name('opened from the hub, median'),
		value: percentile(draws, 0.5),
		unit: 'ms',
		aim: { most: 100 },
		note: 'press on the rail until rows are drawn',
	});

	await page.goto(`${mana.url}${app.path}`);
	await page.locator(app.first).first().waitFor();
	await Bun.sleep(2_000);
	await page.mouse.move(600, 400);
	times('scroll, between two pictures', await frames(page, 60, 1_200), interactionMs, 'sixty turns of the wheel by 1,200 px');

	for (const act of app.acts) {
		if (act.path !== undefined) {
			await page.goto(`${mana.url}${act.path}`);
			await page.locator(app.first).first().waitFor();
			await Bun.sleep(2_000);
		}
		await page.evaluate('scrollTo(0, 0)');
		if (app.first === rows) await page.locator(rows).first().focus();
		const keys = Array.from({ length: 30 }, (_, round) => act.keys[round % act.keys.length]!);
		if (act.rows === undefined)
			times(`${act.name} by key, to the next picture`, await interactions(page, keys), interactionMs, 'Event Timing');
		else {
			const drawn = await answers(page, keys, act.rows);
			if (drawn.length < keys.length) throw new Error(`${keys.length - drawn.length} of ${keys.length} keys changed no row.`);
			times(`${act.name} by key, until its rows are drawn`, drawn, interactionMs, 'key to the last change of the rows');
		}
	}

	await page.goto(`${mana.url}${app.search.path}`);
	await page.locator(searchField).first().waitFor();
	await Bun.sleep(2_000);
	await page.locator(searchField).first().focus();
	times(
		'search, key to answer',
		await answers(page, [...app.search.words], shown),
		interactionMs,
		`“${app.search.words}”, letter by letter`,
	);
	await context.close();
}

export function fill(store: Mana, app: FullApp): void {
	for (let from = 0; from < app.many; from += batch)
		store.write('fill', (tx) => {
			for (let at = from; at < from + batch; at++) app.make(tx, at);
		});
}

async function contextOf(browser: Browser, mana: TestMana, person: TestPerson): Promise<BrowserContext> {
	const context = await browser.newContext({
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		viewport: { width: 1280, height: 800 },
	});
	await context.addCookies([{ ...(await signIn(mana, person)), url: mana.url, httpOnly: true, sameSite: 'Lax' }]);
	return context;
}

/** From here on one in fifteen events comes again every week for good: two hundred in the last weeks. Before, one in a hundred does, for a year. */
const CROWD = 17_000;

/** When event number `at` begins: fifteen a week, for some twenty-five years around now. */
function eventAt(at: number): Date {
	return new Date(Date.now() + (at - 10_000) * 40_000_000);
}

const word = (at: number): string => ['Water', 'Call', 'Paint', 'Sort', 'Mend', 'Fetch', 'Read'][at % 7]!;
const thing = (at: number): string =>
	['garden', 'kitchen', 'bicycle', 'letters', 'window', 'roof', 'shelf', 'garage', 'photos', 'lamp', 'door'][at % 11]!;
