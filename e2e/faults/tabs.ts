import { type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test';
import { join } from 'node:path';
import { findBrowser } from '../../bench/browser.ts';
import { chromiumArgs } from '../chromium.ts';
import type { Player, PlayerOptions, StartPlayer, Word } from './player.ts';
import type { Told } from './replica.ts';

/** Tabs that share one profile: its database, locks and channels. */
const tabsOfProfile = 3;

/** Where tabs play: a browser, and a server for their page. */
export interface Stage {
	readonly origin: string;
	readonly startPlayer: StartPlayer;
	/** Throws the profiles away: the next run begins with empty ones. */
	renew(): Promise<void>;
	close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
	const script = await bundle();
	const pages = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		fetch: (request) =>
			new URL(request.url).pathname === '/tab.js'
				? new Response(script, { headers: { 'content-type': 'text/javascript' } })
				: new Response('<!doctype html><title>Tab</title><script type="module" src="/tab.js"></script>', {
						headers: { 'content-type': 'text/html' },
					}),
	});
	const origin = `http://localhost:${pages.port}`;
	const browser = await chromium.launch({
		executablePath: findBrowser(),
		args: [...chromiumArgs],
	});
	const profiles = new Map<number, Promise<BrowserContext>>();
	const profileOf = (seat: number): Promise<BrowserContext> => {
		const index = Math.floor(seat / tabsOfProfile);
		const profile = profiles.get(index) ?? browser.newContext();
		profiles.set(index, profile);
		return profile;
	};
	return {
		origin,
		startPlayer: async (options) => openTab(await profileOf(options.seat), origin, options),
		async renew() {
			const old = [...profiles.values()];
			profiles.clear();
			await Promise.all(old.map(async (profile) => (await profile).close()));
		},
		async close() {
			await browser.close();
			await pages.stop(true);
		},
	};
}

async function openTab(context: BrowserContext, origin: string, options: PlayerOptions): Promise<Player> {
	const { writer, seed, rate, url, token, heard, ended } = options;
	const page = await context.newPage();
	const ready = Promise.withResolvers<void>();
	page.on('console', (message) => {
		if (message.type() !== 'debug') {
			if (message.type() === 'error' && message.text().startsWith('Mana:'))
				heard({ kind: 'fault', what: `${writer} reported ${message.text()}` });
			return;
		}
		const told = JSON.parse(message.text()) as Told;
		if (told.kind === 'ready') ready.resolve();
		heard(told);
	});
	page.on('pageerror', (error) => heard({ kind: 'fault', what: `${writer} threw ${error.message}` }));
	const query = new URLSearchParams({ writer, seed: String(seed), rate: String(rate), server: url, token });
	await page.goto(`${origin}/?${query}`);
	await ready.promise;
	return new TabPlayer(page, await context.newCDPSession(page), ended);
}

class TabPlayer implements Player {
	readonly #page: Page;
	readonly #devtools: CDPSession;
	#dead = false;

	constructor(page: Page, devtools: CDPSession, ended: (how: string) => void) {
		this.#page = page;
		this.#devtools = devtools;
		page.on('crash', () => {
			if (!this.#dead) ended('crashed by itself');
			this.#dead = true;
		});
	}

	tell(word: Word): void {
		// Who dies meanwhile is told of by `ended`.
		if (!this.#dead) this.#page.evaluate((said) => postMessage(said), word).catch(() => undefined);
	}

	async pause(): Promise<void> {
		if (!this.#dead) await this.#devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
	}

	async resume(): Promise<void> {
		if (!this.#dead) await this.#devtools.send('Page.setWebLifecycleState', { state: 'active' });
	}

	/** The process of the page dies; other tabs of it may die with it, as in life. */
	async kill(): Promise<void> {
		if (this.#dead) return;
		this.#dead = true;
		const crashed = new Promise<void>((resolve) => this.#page.once('crash', () => resolve()));
		// The answer to this never comes: whoever would give it is dead.
		this.#devtools.send('Page.crash').catch(() => undefined);
		await crashed;
		await this.#page.close();
	}
}

async function bundle(): Promise<string> {
	const built = await Bun.build({ entrypoints: [join(import.meta.dir, 'tab.ts')], target: 'browser', format: 'esm' });
	const [output] = built.outputs;
	if (!output) throw new Error(`The page of the tabs could not be built: ${built.logs.join('\n')}`);
	return output.text();
}
