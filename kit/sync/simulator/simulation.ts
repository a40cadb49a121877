import { isRecordId } from '@mana/model';
import type { Cell } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { compare, confirmed, differenceOf, ofPart, readable } from './check.ts';
import type { Browser } from './browser.ts';
import { QUARANTINE } from '../client/quarantine.ts';
import { perform, reopen, tokensOf } from './deeds.ts';
import { judgeLaws } from './laws.ts';
import { allows } from '../permission.ts';
import { isTombstone, recordKey } from '../tombstone.ts';
import { THING_APP, things } from './things.ts';
import { same, show } from './plain-rules.ts';
import type { Step } from './deed.ts';
import type { Plan } from './plan.ts';
import type { Sabotage } from './sabotage.ts';
import { Inconclusive, Violation } from './violation.ts';
import { World } from './world.ts';

/** Virtual time that everything may take to settle once nothing is broken any more (I8), ms. */
const SETTLE_MS = 30_000;
/** The same for damage that nobody was told of: until digests are compared again, twice, ms. */
const MEND_MS = 2 * 330_000;

/**
 * Runs one history to its end: the plan, then peace, then the last judgement; or to where nothing can be said any more.
 *
 * @throws `Violation` naming the broken invariant
 */
export function simulate(plan: Plan, sabotage?: Sabotage): World {
	const world = new World(plan, sabotage);
	const start = world.timeline.now;
	for (const [index, step] of plan.steps.entries())
		world.timeline.at(start + step.at, () => perform(world, step, index, plan.config.records));
	try {
		world.pass(Math.max(plan.config.durationMs, ...plan.steps.map(endOf)));
		heal(world);
		const damaged = world.browsers.filter((browser) => browser.damaged);
		settle(world);
		judge(world, damaged);
	} catch (error) {
		if (!(error instanceof Inconclusive)) throw error;
	}
	return world;
}

/** When a step is over, ms after the start. */
function endOf(step: Step): number {
	return step.at + ('ms' in step ? step.ms : 'backMs' in step ? step.backMs : 0);
}

/** Nothing is broken any more; every browser has a tab. Clocks stay wrong. */
function heal(world: World): void {
	world.upgradeServer();
	// Who met a server that knew no parts keeps everything until the page is opened again.
	if (world.metNoParts) for (const browser of world.browsers) while (browser.tabs[0]) browser.kill(browser.tabs[0]);
	world.startServer();
	world.healNodes();
	world.calmDisk();
	for (const { weather, tabs, disk } of world.browsers) {
		disk.mend();
		weather.offline = false;
		weather.latency = [0, Math.min(weather.latency[1], 100)];
		for (const tab of tabs) {
			tab.thaw();
			tab.link?.reset();
		}
	}
	visit(world);
	world.pass(250);
	visit(world); // the last tab was just being closed
	for (const tab of world.tabs) tab.client?.wake();
	world.pass(1_000);
	reopen(world); // who was let in again while offline comes back
	world.pass(250);
}

/** Whoever has no tab opens one, also beside those that could not store anything. */
function visit(world: World): void {
	for (const browser of world.browsers) if (!browser.stores) browser.openTab();
}

/** Waits until every outbox is empty and every tab shows the newest state, and what was damaged is mended. */
function settle(world: World): void {
	calmDown(world);
	// Whether it was enough is for the judge to say.
	for (let passed = 0; passed < MEND_MS && world.tabs.some((tab) => isDamaged(world, tab)); passed += 1_000) world.pass(1_000);
	calmDown(world); // what was mended may refer to what is not here
	for (const browser of world.browsers) browser.damaged = false;
}

/** A slow server that brings a lot is not stuck: the patience is for standing still. */
function calmDown(world: World): void {
	let nearest = Infinity;
	for (let still = 0; still < SETTLE_MS && world.tabs.some((tab) => unsettled(world, tab) !== null); still += 250) {
		world.pass(250);
		reopen(world);
		const left = leftToDo(world);
		if (left < nearest) still = 0;
		nearest = Math.min(nearest, left);
	}
	for (const tab of world.tabs) {
		const reason = unsettled(world, tab);
		if (reason !== null) throw new Violation('I8', `after ${SETTLE_MS} ms of peace a tab ${reason}`);
	}
}

/** What all tabs together have not sent and not heard of, counted in transactions and checkpoints. */
function leftToDo({ disk, tabs }: World): number {
	const { epoch, seq } = disk.file.space;
	const behind = ({ client }: World['tabs'][number]) =>
		client ? client.mana.outbox().length + (client.space.epoch === epoch ? seq - client.space.seq : seq) : seq;
	return tabs.reduce((sum, tab) => sum + behind(tab), 0);
}

/** Whether a tab still shows something else than the server holds. */
function isDamaged({ disk }: World, tab: World['tabs'][number]): boolean {
	const access = tab.browser.damaged && disk.file.members.get(tab.browser.person)?.access;
	return access ? differenceOf(ofPart(tab, readable(disk.file.cells, access.apps)), confirmed(tab)) !== null : false;
}

function unsettled({ disk }: World, { client, browser }: World['tabs'][number]): string | null {
	if (!client) return 'is not open';
	const access = disk.file.members.get(browser.person)?.access;
	if (!access)
		return client.mana.sync.problem?.code === 'revoked' ? remains(browser, client) : 'has not heard that it was removed';
	if (client.mana.sync.problem?.code === 'revoked') return 'does not know that it was let in again';
	const { epoch, seq } = disk.file.space;
	if (client.mana.outbox().length > 0) return `has ${client.mana.outbox().length} unsent (${client.mana.sync.phase})`;
	if (client.space.epoch !== epoch || client.space.seq !== seq)
		return `stands at ${client.space.epoch}/${client.space.seq}, not ${epoch}/${seq} (${client.mana.sync.phase})`;
	const { upstream, space } = client;
	// Whoever does not lead takes the part of the tab that does, from the disk; who cannot store anything is a device of its own.
	const leads = (tab: World['tabs'][number]) => tab.client?.mana.sync.leader && tab.client.mana.sync.durable;
	const leader = client.mana.sync.durable ? browser.tabs.find(leads)?.client : client;
	const part = client === leader ? upstream?.wanted : leader?.space.scope;
	if (leader && JSON.stringify(part) !== JSON.stringify(space.scope)) return 'keeps another part than it should';
	return client.mana.sync.phase === 'live' ? null : `is ${client.mana.sync.phase}`;
}

/** What is left of the space in a browser that it was taken from (I11), in words; `null` when nothing is. */
function remains(browser: Browser, { mana }: NonNullable<World['tabs'][number]['client']>): string | null {
	// A tab that was opened since and died before it met the server leaves the rows of an empty store: a device id, and a cursor at 0.
	const isEmpty = (value: unknown) => !((value as { readonly seq?: number }).seq! > 0);
	const row = browser.disk.rows().find(({ area, space, value }) => space !== QUARANTINE && !(area === 'meta' && isEmpty(value)));
	if (row) return `still has a row in ${row.area}`;
	if ([...mana.replica.names()].length > 0) return 'still shows records';
	return null;
}

/** @param damaged browsers of which something may be damaged that nobody has read yet */
function judge(world: World, damaged: readonly Browser[]): void {
	judgeWrites(world);
	const { oracle, disk } = world;
	for (const [place, register] of oracle.state()) {
		const cell = disk.file.cells.get(place);
		if (!cell || !same(cell, register))
			throw new Violation('I1', `the server holds ${show(cell)} at ${place}, not ${show(register)}`);
	}
	for (const browser of world.browsers) world.look(browser);
	// A server that went back and does not know it is found like damage, by whoever only read what it lost.
	for (const { browser, client } of world.tabs)
		if (!browser.wasDamaged && !world.wentBack && client!.mana.sync.digest.found > 0)
			throw new Violation('I1', 'a browser found damage where there was none');
	// A removal that a server stood still over may come at any time.
	const members = () => world.tabs.filter(({ browser }) => disk.file.members.get(browser.person)?.access);
	const due = (tab: World['tabs'][number]) => {
		const { apps } = disk.file.members.get(tab.browser.person)!.access!;
		return ofPart(tab, readable(disk.file.cells, apps));
	};
	for (const tab of members()) compare('I9', 'a tab', due(tab), confirmed(tab));
	for (const tab of members()) judgeReferred(tab, due(tab), disk.file.cells);
	dropRefused(world);
	for (const browser of damaged) browser.damaged = true;
	settle(world);
	for (const tab of members()) compare('I1', 'a page', due(tab), visible(tab));
	judgeLaws(
		world,
		members().filter(
			({ client, browser }) =>
				client!.space.scope === null && allows(disk.file.members.get(browser.person)!.access, 'read', THING_APP),
		),
	);
}

/** What a record that a tab keeps stands under is kept as well (I10), and what that stands under. */
function judgeReferred(
	{ client }: World['tabs'][number],
	kept: ReadonlyMap<string, Cell>,
	there: ReadonlyMap<string, Cell>,
): void {
	if (!client!.space.scope) return;
	const here = new Set([...kept.values()].map(recordKey));
	const known = new Set([...there.values()].flatMap((cell) => (isTombstone(cell) ? [] : recordKey(cell))));
	for (const { collection, record, field, value } of kept.values()) {
		if (collection !== things.number || field !== things.fields.parent.number || !isRecordId(value)) continue;
		const parent = recordKey({ collection, record: value });
		if (known.has(parent) && !here.has(parent))
			throw new Violation('I10', `${record} is kept, and ${value} that it stands under is not`);
	}
}

/** Every write that a device promised to keep was accepted, or refused and its person told; a restore may have taken it back. */
function judgeWrites({ oracle, promised, forgiven, answered, tabs, browsers, debts }: World): void {
	const decided = new Set(tokensOf(oracle.decisions()));
	const accepted = new Set(tokensOf(oracle.accepted()));
	const refused = tabs.flatMap((tab) => tab.client!.mana.refused());
	const told = new Set(tokensOf(refused));
	debts.judge(oracle, refused);
	for (const { disk } of browsers) for (const token of tokensOf(disk.quarantine())) told.add(token);
	for (const token of promised) {
		if ([accepted, told, answered, forgiven].some((tokens) => tokens.has(token))) continue;
		if (decided.has(token)) throw new Violation('I8', `${token} was refused and nobody was told`);
		throw new Violation('I3', `${token} was saved on a device and never reached the server`);
	}
}

/** Drops what the server refused, so that pages show the server's state. */
function dropRefused(world: World): void {
	for (const { client } of world.tabs) {
		const refused = client!.mana.refused();
		for (const { transaction } of refused) void client!.mana.resolve(transaction.n, 'drop');
		if (refused.length > 0) world.pass(2_000);
	}
	const left = world.tabs.find((tab) => tab.client!.mana.refused().length > 0);
	if (left) throw new Violation('I8', 'a refused transaction cannot be dropped');
}

function visible(tab: World['tabs'][number]): Map<string, Cell> {
	const { replica } = tab.client!.mana;
	const cells = new Map<string, Cell>();
	for (const cell of confirmed(tab).values()) cells.set(placeKey(cell), { ...cell, ...replica.register(cell)! });
	return cells;
}
