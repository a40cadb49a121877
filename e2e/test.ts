import { type BrowserContextOptions, type Page, test as base, type BrowserContext } from '@playwright/test';
import { layLine } from './line.ts';
import { startMana, type TestMana } from './mana.ts';
import { signIn, type TestPerson } from './people.ts';

/** A browser profile of its own with one page, and the line it is connected by. */
export interface Device {
	readonly context: BrowserContext;
	readonly page: Page;
	/** Goes offline: open connections break off, and the browser knows that it has no network. */
	unplug(): Promise<void>;
	plugIn(): Promise<void>;
	/** Only the line: open connections break off and nothing gets through, while the browser thinks that it is online. */
	cut(): void;
	mend(): void;
}

export interface DeviceOptions extends BrowserContextOptions {
	/** Who is signed in there from the beginning; nobody by default. */
	readonly person?: TestPerson;
}

interface Fixtures {
	/** Settings of the Mana of this file, by variable name: `test.use({ settings: { … } })`. */
	readonly settings: Readonly<Record<string, string>>;
	/** The Mana of this file. */
	readonly mana: TestMana;
	/** Makes a browser profile that begins with nothing, and ends with the test. */
	readonly newDevice: (options?: DeviceOptions) => Promise<Device>;
}

interface SharedFixtures {
	readonly manas: { of(file: string, settings: Readonly<Record<string, string>>): Promise<TestMana> };
}

/** A device that keeps Mana for use without a network: `newDevice({ person, ...keeping })`. */
export const keeping = { serviceWorkers: 'allow' } as const;

/** Playwright's `test` with a whole Mana for each file, and as many browsers of people as a test wants. */
export const test = base.extend<Fixtures, SharedFixtures>({
	manas: [
		// oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first parameter
		async ({}, use) => {
			let running: { readonly file: string; readonly mana: TestMana } | null = null;
			const end = async (): Promise<void> => running?.mana.stop();
			await use({
				async of(file, settings) {
					if (running?.file !== file) {
						await end();
						running = { file, mana: await startMana([], settings) };
					}
					return running.mana;
				},
			});
			await end();
		},
		{ scope: 'worker', timeout: 240_000 },
	],
	settings: [{}, { option: true }],
	mana: [async ({ manas, settings }, use, { file }) => use(await manas.of(file, settings)), { timeout: 240_000 }],
	newDevice: async ({ browser, mana }, use) => {
		const endings: (() => Promise<void>)[] = [];
		await use(async ({ person, ...options } = {}) => {
			const line = await layLine();
			const context = await browser.newContext({ proxy: line.proxy, ...options });
			endings.push(async () => {
				await context.close();
				line.close();
			});
			if (person) await context.addCookies([{ ...(await signIn(mana, person)), url: mana.url, httpOnly: true, sameSite: 'Lax' }]);
			return {
				context,
				page: await context.newPage(),
				async unplug() {
					line.cut();
					await context.setOffline(true);
				},
				async plugIn() {
					line.mend();
					await context.setOffline(false);
				},
				cut: () => line.cut(),
				mend: () => line.mend(),
			};
		});
		await Promise.all(endings.map((end) => end()));
	},
});

export { expect } from '@playwright/test';
