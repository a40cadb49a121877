import { InvalidValue, olderOf, systemFields } from '@mana/model';
import type { Writer } from '../client/api.ts';
import { QUARANTINE } from '../client/quarantine.ts';
import type { Client } from '../client/client.ts';
import type { Op } from '../cell.ts';
import { isLeftover, isTombstone } from '../tombstone.ts';
import type { Browser, Tab } from './browser.ts';
import { damageDisk, damageMemory } from './damage.ts';
import { Dice } from './dice.ts';
import type { Deed, Step, WriteKind } from './deed.ts';
import type { SpaceFile } from './server-disk.ts';
import { newerThings, records, REFUSED_MARK, SECRET_APP, secrets, THING_APP, things, type Things, wordsOf } from './things.ts';
import { Violation } from './violation.ts';
import { GUEST, OWNER, type World } from './world.ts';

/** Does what a step says. `index` is its place in the plan: it names the writes. */
export function perform(world: World, step: Step, index: number, poolSize: number): void {
	const dice = new Dice(step.luck);
	const browser = 'browser' in step ? world.browsers[step.browser % world.browsers.length]! : null;
	(deeds[step.kind] as (context: Context, deed: Deed) => void)({ world, browser: browser!, dice, index, poolSize }, step);
}

interface Context {
	readonly world: World;
	/** The browser that the deed is about; only for deeds that have one. */
	readonly browser: Browser;
	readonly dice: Dice;
	readonly index: number;
	readonly poolSize: number;
}

type DeedOf<K extends Deed['kind']> = Extract<Deed, { readonly kind: K }>;

const deeds: { readonly [K in Deed['kind']]: (context: Context, deed: DeedOf<K>) => void } = {
	write(context, { what, record }) {
		const count = what === 'burst' ? context.dice.int(3, 25) : what === 'count' || what === 'text' ? 2 : 1;
		for (let i = 0; i < count; i++) write(context, what === 'burst' ? 'field' : what, `w${context.index}.${i}`, record);
	},
	undo({ world, browser, dice }) {
		const client = awake(browser, dice)?.client;
		const history = client?.mana.history;
		if (history?.undoable) world.undone.add(history.undoable);
		turn(world, client, 'undo');
	},
	redo: ({ world, browser, dice }) => turn(world, awake(browser, dice)?.client, 'redo'),
	resolve({ world, browser, dice }) {
		const client = awake(browser, dice)?.client;
		const refused = client?.mana.refused() ?? [];
		if (refused.length === 0) return;
		const one = dice.pick(refused);
		for (const token of tokensOf([one])) world.answered.add(token);
		world.debts.decided(one.transaction);
		world.causality.resolved(client!, one.transaction.n);
		void client!.mana.resolve(one.transaction.n, dice.pick(['retry', 'drop']));
		noteLives(world, client!);
	},
	look: ({ world, browser }) => world.look(browser),
	cut: ({ browser }, { mode }) => browser.cut(mode),
	offline({ world, browser, dice }, { ms }) {
		browser.weather.offline = true;
		world.timeline.after(ms, () => {
			browser.weather.offline = false;
			if (dice.chance(0.5)) for (const { client } of browser.tabs) client?.wake();
		});
	},
	'client-crash'({ world, browser }, { power, ms }) {
		browser.crash(power);
		world.timeline.after(ms, () => browser.tabs.length === 0 && browser.openTab());
	},
	'client-clock': ({ browser }, { byMs }) => void (browser.skewMs += byMs),
	'tab-open': ({ browser }) => void (browser.tabs.length < 3 && browser.openTab()),
	'tab-close'({ browser, dice }) {
		if (browser.tabs.length < 2) return;
		const tab = dice.pick(browser.tabs);
		const { client } = tab;
		if (!client || tab.frozen) return browser.kill(tab);
		void client.mana.close().finally(() => browser.kill(tab));
	},
	'tab-kill': ({ browser, dice }) => void (browser.tabs.length > 1 && browser.kill(dice.pick(browser.tabs))),
	'tab-freeze'({ world, browser, dice }, { ms }) {
		if (browser.tabs.length === 0) return;
		const tab = dice.pick(browser.tabs);
		tab.freeze();
		world.timeline.after(ms, () => tab.thaw());
	},
	clone: ({ world, browser }) => void world.addBrowser(browser),
	upgrade: ({ browser }) => browser.change(),
	newcomer: ({ world }) => void world.addBrowser(),
	tidy({ world, dice }, { forget }) {
		const cells = [...world.disk.file.cells.values()];
		const due = cells.filter(({ field, value }) => FLAGS.has(field) && value !== null);
		const chosen = due.filter(() => dice.chance(0.8));
		const counts = cells.filter(({ field }) => field === things.fields.count.number && dice.chance(0.8));
		const leftovers = cells.filter((cell) => isLeftover(cell) && !isTombstone(cell) && dice.chance(0.8));
		world.tidy({
			purge: chosen.filter((cell) => !isTombstone(cell)),
			forget: forget ? [...chosen.filter(isTombstone), ...leftovers] : [],
			fold: counts,
		});
	},
	'disk-failure': ({ browser }, { how, ms }) => browser.disk.fail(how, ms),
	'disk-lost'({ world, browser }, { ms }) {
		// What was nowhere else is lost with it.
		for (const token of tokensOf([...browser.disk.unsent(), ...browser.disk.quarantine()])) world.promised.delete(token);
		browser.crash(false);
		browser.disk.clear();
		browser.harm++;
		world.timeline.after(ms, () => browser.tabs.length === 0 && browser.openTab());
	},
	'server-upgrade': ({ world }) => world.upgradeServer(),
	'server-crash'({ world }, { ms }) {
		world.stopServer();
		world.timeline.after(ms, () => world.startServer());
	},
	'server-dismiss': ({ world }) => world.dismissAll(),
	'server-clock': ({ world }, { byMs }) => void (world.serverSkewMs += byMs),
	'server-stall'({ world }, { ms }) {
		world.disk.mood.commitMs = ms;
		world.timeline.after(ms, () => world.calmDisk());
	},
	'server-failure': ({ world }, { how }) => void (world.disk.mood.failure = how),
	damage({ browser, dice }, { where, how }) {
		browser.harm++;
		if (where === 'memory') damageMemory(browser, how, dice);
		else damageDisk(browser, how, dice);
	},
	member({ world, dice }, { change }) {
		const grant = (more: { role?: 'viewer' | 'editor'; apps?: readonly number[] | null }) =>
			world.command(OWNER, { kind: 'grant', target: GUEST, ...more });
		if (change === 'remove') world.command(OWNER, { kind: 'remove', target: GUEST });
		else if (change === 'leave') world.command(GUEST, { kind: 'remove', target: GUEST });
		else if (change === 'rejoin') rejoin(world, String(dice.int(0, 1e9)));
		else if (change === 'limit') grant({ apps: [THING_APP] });
		else if (change === 'limit-other') grant({ apps: [SECRET_APP] });
		else if (change === 'limit-all') grant({ apps: [] });
		else if (change === 'open') grant({ apps: null });
		else grant({ role: change });
	},
	'node-crash'({ world }, { node, ms }) {
		world.stopNode(node);
		world.timeline.after(ms, () => world.startServer());
	},
	'node-pause': ({ world }, { node, ms }) => world.pauseNode(node, ms),
	'node-cut': ({ world }, { node, ms }) => world.cutNode(node, ms),
	'hints-lost': ({ world }, { ms }) => world.loseHints(ms),
	keep({ world, browser, dice, poolSize }, { what }) {
		const tab = awake(browser, dice);
		if (!tab || !world.parts) return;
		const { kept } = tab.client!.mana;
		const { things } = tab;
		const id = records[dice.int(0, poolSize - 1)]!;
		// Offline it cannot be had, which is answered and no failure; a disk that fails is told by the client.
		const asked = {
			all: () => kept.keepAll(things, true),
			recent: () => kept.keepAll(things, false),
			show: () => kept.show(olderOf(things, world.timeline.now)),
			open: () => kept.open(things, id),
			pin: () => kept.pin(things, id, true),
			'let-go': () => kept.pin(things, id, false),
		}[what]();
		asked.catch(() => undefined);
	},
	'server-role'({ world }, { ms }) {
		world.disk.setRole(OWNER, 'viewer');
		world.timeline.after(ms, () => world.disk.setRole(OWNER, 'owner'));
	},
	'server-restore': ({ world }, { backMs }) => goBack(world, backMs, (older) => world.disk.restore(older, world.serverNow)),
	'server-fall-back': ({ world }, { backMs }) => goBack(world, backMs, (older) => world.disk.fallBack(older)),
};

/** Somebody takes his last action back, or does it again. */
function turn(world: World, client: Client | null | undefined, way: 'undo' | 'redo'): void {
	if (!client) return;
	world.watch(() => world.undoing.turn(client, way));
	noteLives(world, client);
}

/** After a while the server goes back to what it holds now. */
function goBack(world: World, backMs: number, back: (older: SpaceFile) => void): void {
	const { oracle, disk } = world;
	const older = disk.file;
	const past = oracle.past(older.space.epoch);
	world.timeline.after(backMs, () => {
		world.stopServer();
		const accepted = oracle.accepted();
		const { file } = disk;
		back(older);
		const isTold = disk.file.space.epoch !== file.space.epoch;
		// Of what was forgotten nobody can tell that it was lost.
		if (!world.tidied) world.debts.noteLoss(oracle, world.browsers, OWNER, file, older, isTold);
		// Who has what was lost, and nothing of its own in it, shows it until digests are compared.
		if (!isTold) for (const browser of world.browsers) browser.damaged = true;
		oracle.restored(past, disk.file.space.epoch);
		const kept = new Set(tokensOf(oracle.accepted()));
		for (const token of tokensOf(accepted)) if (!kept.has(token)) world.forgiven.add(token);
		world.wentBack = true;
		world.startServer();
	});
}

/** Ana invites Ben, and Ben comes in with a new tab wherever the space was taken from him. */
function rejoin(world: World, id: string): void {
	const now = world.serverNow;
	const invitation = { id, hash: id, by: OWNER, role: 'editor', apps: null, createdAt: now, expiresAt: now + 60_000 } as const;
	world.command(OWNER, { kind: 'invite', invitation });
	world.command(GUEST, { kind: 'accept', invitation: id, by: OWNER, name: 'Ben' });
	world.timeline.after(1_000, () => reopen(world));
}

/**
 * Tabs that lost a space are closed, and opened anew, where their person is a member by now, and where somebody had begun anew without
 * knowing, wrote, and left before meeting the server.
 */
export function reopen(world: World): void {
	for (const browser of world.browsers) {
		const lost = browser.tabs.filter(({ client }) => client?.mana.sync.problem?.code === 'revoked');
		const member = world.disk.file.members.get(browser.person)?.access;
		const left = () => browser.disk.rows().some(({ area, space }) => area === 'outbox' && space !== QUARANTINE);
		if (!member && (lost.length < browser.tabs.length || !left())) continue;
		for (const tab of lost) browser.kill(tab);
		if (lost.length > 0 && browser.tabs.length === 0) browser.openTab();
	}
}

/** The tokens inside transactions. */
export function* tokensOf(
	decisions: Iterable<{ readonly transaction: { readonly ops: readonly { readonly field: number; readonly value: unknown }[] } }>,
): IterableIterator<string> {
	for (const { transaction } of decisions)
		for (const { field, value } of transaction.ops) if (field === things.fields.token.number) yield String(value);
}

/** A tab of the browser that a person can use now. */
function awake(browser: Browser, dice: Dice): Tab | null {
	const tabs = browser.tabs.filter((tab) => tab.client && !tab.frozen && tab.client.mana.sync.problem?.code !== 'revoked');
	return tabs.length > 0 ? dice.pick(tabs) : null;
}

function write({ world, browser, dice, poolSize }: Context, what: WriteKind, token: string, record?: number): void {
	const tab = awake(browser, dice);
	if (!tab) return;
	const client = tab.client!;
	const drawn = dice.int(0, poolSize - 1);
	const id = records[record ?? drawn]!;
	// Where people come and go, some of it is of another app.
	const secret = world.shared && dice.chance(0.4);
	const action: Action = { added: 0, id, token, dice, poolSize, world, known: tab.things, things: tab.things as typeof things };
	let saved: Promise<void>;
	let stored: () => void;
	try {
		stored = world.causality.writes(client, token);
		const act = (tx: Writer) => {
			if (!secret) actions[what]?.(tx, action);
			tx.update(secret ? secrets : tab.things, id, { token });
		};
		({ saved } = world.undoing.write(client, token, () => client.mana.write(token, act)));
	} catch (error) {
		if (error instanceof InvalidValue) return; // a move that this tab knows to close a circle
		throw error;
	}
	noteLives(world, client);
	const step = client.mana
		.outbox()
		.at(-1)
		?.transaction.ops.find(({ field, value }) => stepFields.has(field) && value !== null);
	if (step) world.steps.set(token, { step, add: action.added });
	const place = { collection: secret ? secrets.number : things.number, record: id, field: things.fields.token.number, key: '' };
	if (client.mana.replica.register(place)?.value !== token) world.watch(() => fail(token));
	saved.then(
		() => {
			stored();
			if (client.mana.sync.durable) world.promised.add(token);
		},
		() => undefined, // the tab was closed before it could promise anything
	);
}

/** Remembers which life of each record a write was about that is not on the disk yet: after it ended, nothing of the write may be accepted. */
function noteLives({ oracle }: World, { mana, space }: Client): void {
	for (const { transaction } of mana.outbox()) {
		if (transaction.n !== 0) continue;
		const isKnown = (op: Op) => [...mana.replica.cells(op.collection, op.record)].some((cell) => !isTombstone(cell));
		const known = transaction.ops.filter(isKnown);
		const unknown = transaction.ops.filter((op) => !isKnown(op));
		for (const token of tokensOf([{ transaction }])) oracle.wrote(token, space, known, unknown);
	}
}

const FLAGS: ReadonlySet<number> = new Set([systemFields.deletedAt.number, systemFields.purged.number]);

/** Where an action leaves something that must be there once and for all. */
const stepFields: ReadonlySet<number> = new Set([things.fields.count.number, things.fields.text.number]);

function fail(token: string): never {
	throw new Violation('I7', `${token} is not visible right after it was written`);
}

interface Action {
	/** What it counted. */
	added: number;
	readonly id: (typeof records)[number];
	readonly token: string;
	readonly dice: Dice;
	readonly poolSize: number;
	readonly world: World;
	/** The collection as the tab knows it, … */
	readonly known: Things;
	/** … as far as all builds know it. */
	readonly things: typeof things;
}

const actions: { readonly [K in WriteKind]?: (tx: Writer, action: Action) => void } = {
	field: (tx, { things, id, token }) => tx.update(things, id, { a: token }),
	form: (tx, { things, id, token }) => tx.create(things, { a: token, b: token, c: `${token} ü` }, id),
	many(tx, { things, token, poolSize }) {
		for (const id of records.slice(0, poolSize)) tx.update(things, id, { b: token, token });
	},
	tags: (tx, { things, id, dice }) =>
		tx.update(things, id, { tags: { add: [dice.pick(['x', 'y', 'z'])], remove: [dice.pick(['x', 'y', 'z'])] } }),
	best: (tx, { things, id, dice }) => tx.update(things, id, { best: dice.int(0, 50) }),
	soonest: (tx, { things, id, dice }) => tx.update(things, id, { soonest: dice.int(-50, 50) }),
	trash: (tx, { things, id }) => tx.trash(things, id),
	purge: (tx, { things, id }) => tx.purge(things, id),
	restore: (tx, { things, id }) => tx.restore(things, id),
	refused: (tx, { things, id, token }) => tx.update(things, id, { c: `${token}${REFUSED_MARK}` }),
	count(tx, action) {
		const { things, id, token, dice, world } = action;
		action.added = world.powerFor(id);
		tx.update(things, id, {
			count: { add: action.added },
			...(dice.chance(0.3) && { c: `${token}${dice.pick(['', REFUSED_MARK])}` }),
		});
	},
	votes: (tx, { things, id, token, dice }) =>
		tx.update(things, id, { votes: { [dice.pick(['x', 'y'])]: dice.pick([token, true, null]) } }),
	text(tx, { things, id, token, dice }) {
		const cells = tx.get(things, id)?.text.cells ?? new Map<string, Uint8Array>();
		const merge = cells.size > 0 && dice.chance(0.5);
		const append = new TextEncoder().encode([...(merge ? wordsOf(cells.values()) : []), token].join(' '));
		tx.update(things, id, { text: { append, ...(merge && { instead: cells.keys() }) } });
	},
	done: (tx, { things, id, dice, world }) =>
		tx.update(things, id, { done: dice.pick([null, world.timeline.now, world.timeline.now - 400 * 86_400_000]) }),
	price: (tx, { things, id, dice }) => tx.update(things, id, { price: dice.int(0, 9) }),
	move: (tx, { things, id, dice, poolSize }) =>
		tx.update(things, id, { parent: dice.pick([null, ...records.slice(0, poolSize).filter((other) => other !== id)]) }),
	name: (tx, { things, id, dice }) => tx.update(things, id, { name: dice.pick(['Sun', 'sun', 'Moon', null]) }),
	expect(tx, { things, id, token }) {
		const row = tx.get(things, id);
		if (row) tx.expect(things, row);
		tx.update(things, id, { a: token });
	},
	time: (tx, { known, id, dice }) =>
		'hours' in known.fields
			? tx.update(known as typeof things, id, { hours: dice.int(0, 9) })
			: tx.update(known as typeof newerThings, id, { minutes: dice.int(0, 600) }),
};
