import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import type { Client } from './client.ts';
import { StorageFailed } from './disk.ts';
import { TestBrowser, tasks, World } from './test-world.ts';

const SEEDS = Number(process.env.MANA_SEEDS ?? 60);
const FIRST = Number(process.env.MANA_FIRST_SEED ?? 1);

/** A whole life of a few browsers: writes, undo, tabs that open and die, cuts, sign-outs, failing disks, a server that refuses. */
async function live(seed: number): Promise<void> {
	const world = new World(seed);
	const dice = (sides: number) => Math.floor(world.random() * sides);
	const browsers = Array.from({ length: 1 + dice(3) }, () => new TestBrowser(world));
	const ids: RecordId[] = [];
	const durable = new Set<RecordId>();
	for (const browser of browsers) {
		browser.exchange = dice(4) === 0;
		await browser.open();
	}
	const act: (() => Promise<void> | void)[] = [
		...Array.from({ length: 6 }, () => () => {
			const client = anyTab();
			let id: RecordId | undefined;
			const { saved } = client.mana.write('Add', (tx) => {
				id = tx.create(tasks, { title: `t${ids.length}`, tags: ['a'] });
			});
			ids.push(id!);
			void saved.then(
				() => client.mana.sync.durable && durable.add(id!), // in memory it is gone with its tab, and the page says so
				() => undefined,
			);
		}),
		...Array.from({ length: 8 }, () => () => {
			const id = ids[dice(ids.length)];
			if (!id) return;
			const client = anyTab();
			const drafts = [
				{ title: `x${dice(100)}` },
				{ done: dice(2) === 0 },
				{ rank: dice(9) },
				{ tags: { add: ['b'], remove: ['a'] } },
			];
			client.mana.write('Edit', (tx) => tx.update(tasks, id, drafts[dice(drafts.length)]!));
		}),
		() => void anyTab().mana.history.undo(),
		() => void anyTab().mana.history.redo(),
		async () => void (await anyBrowser().open()),
		() => {
			const browser = anyBrowser();
			const tab = [...browser.tabs][dice(browser.tabs.size)];
			if (tab && browser.tabs.size > 1) browser.kill(tab);
		},
		() => anyBrowser().cut(),
		() => {
			const browser = anyBrowser();
			browser.online = !browser.online;
			browser.cut();
		},
		() => {
			world.server.mute = dice(3) === 0;
		},
		() => {
			const browser = anyBrowser();
			browser.signedIn = !browser.signedIn;
		},
		() => {
			const role = dice(3) === 0 ? 'viewer' : 'owner';
			world.server.members.set('ada', { ...world.server.members.get('ada')!, access: { role, apps: null } });
		},
		() => {
			const { disk } = anyBrowser();
			let left = dice(20);
			disk.fault = () => {
				if (left-- > 0) return;
				disk.fault = null;
				throw new StorageFailed('A request failed.');
			};
		},
		() => {
			const { disk } = anyBrowser();
			disk.limitBytes = disk.limitBytes === Infinity ? disk.bytes + dice(500) : Infinity;
		},
		async () => {
			const browser = anyBrowser();
			for (const tab of browser.tabs) browser.kill(tab);
			await world.pass();
			await browser.open();
		},
		() => world.pass(dice(3_000)),
		() => world.pass(dice(20_000)),
	];
	function anyBrowser(): TestBrowser {
		return browsers[dice(browsers.length)]!;
	}
	function anyTab(): Client {
		const tabs = [...anyBrowser().tabs];
		return tabs[dice(tabs.length)]!;
	}
	for (let step = 0; step < 60; step++) {
		await act[dice(act.length)]!();
		if (dice(2) === 0) await world.pass(dice(2) * 100);
	}
	world.server.mute = false;
	world.server.members.set('ada', { ...world.server.members.get('ada')!, access: { role: 'owner', apps: null } });
	for (const browser of browsers) {
		browser.online = browser.signedIn = true;
		browser.disk.fault = null;
		browser.disk.limitBytes = Infinity;
	}
	await world.pass(200_000);
	for (const { reported } of browsers) expect(reported.filter((error) => !(error instanceof StorageFailed))).toEqual([]);
	// What lies on a disk that failed is sent by the next tab that can read it.
	for (const browser of browsers) if (![...browser.tabs].some((tab) => tab.mana.sync.durable)) await browser.open();
	await world.pass(20_000);
	// What was refused while it was only to be read waits for the person, in each tab that shows it.
	for (const tab of browsers.flatMap(({ tabs }) => [...tabs])) for (const id of await dropRefused(tab)) durable.delete(id);
	await world.pass(2_000);
	const truth = shown([...browsers[0]!.tabs][0]!);
	for (const browser of browsers) {
		for (const tab of browser.tabs) {
			expect(tab.mana.sync).toMatchObject({ phase: 'live', unsent: 0, refused: 0 });
			expect(shown(tab)).toEqual(truth);
		}
		// A tab whose disk failed stands alone, in memory.
		const [lasting, alone] = [true, false].map((durable) => [...browser.tabs].filter((tab) => tab.mana.sync.durable === durable));
		expect(alone!.every((tab) => tab.mana.sync.leader)).toBe(true);
		expect(lasting!.filter((tab) => tab.mana.sync.leader)).toHaveLength(Math.min(lasting!.length, 1));
		const again = await browser.open();
		expect(shown(again)).toEqual(truth);
	}
	const known = new Set([...world.server.cells.values()].map(({ record }) => record));
	for (const id of durable) expect(known.has(id)).toBe(true);
}

/** Drops what the server refused. @returns the records that it was about */
async function dropRefused({ mana }: Client): Promise<RecordId[]> {
	const refused = mana.refused();
	for (const { transaction } of refused) await mana.resolve(transaction.n, 'drop');
	return refused.flatMap(({ transaction }) => transaction.ops.map(({ record }) => record));
}

function shown(client: Client): unknown {
	return client.mana.query(tasks, { where: () => true }).rows.map((row) => ({ ...row, tags: [...row.tags].sort() }));
}

test(`${SEEDS} lives of some browsers all end the same everywhere`, async () => {
	for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
		try {
			await live(seed);
		} catch (error) {
			throw new Error(`seed ${seed}`, { cause: error });
		}
	}
}, 120_000);
