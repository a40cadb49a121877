import type { Writer } from '../client/api.ts';
import type { Client } from '../client/client.ts';
import type { Browser } from './browser.ts';
import { Dice } from './dice.ts';
import { Violation } from './oracle.ts';
import type { Deed, Step, WriteKind } from './plan.ts';
import { records, REFUSED_MARK, SECRET_APP, secrets, THING_APP, things } from './things.ts';
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
	write(context, { what }) {
		const count = what === 'burst' ? context.dice.int(3, 25) : 1;
		for (let i = 0; i < count; i++) write(context, what === 'burst' ? 'field' : what, `w${context.index}.${i}`);
	},
	undo: ({ browser, dice }) => void awake(browser, dice)?.mana.history.undo(),
	resolve({ world, browser, dice }) {
		const client = awake(browser, dice);
		const refused = client?.mana.refused() ?? [];
		if (refused.length === 0) return;
		const one = dice.pick(refused);
		for (const token of tokensOf([one])) world.answered.add(token);
		void client!.mana.resolve(one.transaction.n, dice.pick(['retry', 'drop']));
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
	'server-role'({ world }, { ms }) {
		world.disk.setRole(OWNER, 'viewer');
		world.timeline.after(ms, () => world.disk.setRole(OWNER, 'owner'));
	},
	'server-restore'({ world }, { backMs }) {
		const { oracle, disk } = world;
		const backup = disk.file;
		const past = oracle.past(backup.space.epoch);
		world.timeline.after(backMs, () => {
			world.stopServer();
			const accepted = oracle.accepted();
			disk.restore(backup, world.serverNow);
			oracle.restored(past, disk.file.space.epoch);
			const kept = new Set(tokensOf(oracle.accepted()));
			for (const token of tokensOf(accepted)) if (!kept.has(token)) world.forgiven.add(token);
			world.startServer();
		});
	},
};

/** Ana invites Ben, and Ben comes in with a new tab wherever the space was taken from him. */
function rejoin(world: World, id: string): void {
	const now = world.serverNow;
	const invitation = { id, hash: id, by: OWNER, role: 'editor', apps: null, createdAt: now, expiresAt: now + 60_000 } as const;
	world.command(OWNER, { kind: 'invite', invitation });
	world.command(GUEST, { kind: 'accept', invitation: id, by: OWNER, name: 'Ben' });
	world.timeline.after(1_000, () => reopen(world));
}

/** Tabs that lost a space of which their person is a member by now are closed, and opened anew. */
export function reopen(world: World): void {
	for (const browser of world.browsers) {
		if (!world.disk.file.members.get(browser.person)?.access) continue;
		const lost = browser.tabs.filter(({ client }) => client?.mana.sync.problem?.code === 'revoked');
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
function awake(browser: Browser, dice: Dice): Client | null {
	const tabs = browser.tabs.filter((tab) => tab.client && !tab.frozen && tab.client.mana.sync.problem?.code !== 'revoked');
	return tabs.length > 0 ? dice.pick(tabs).client : null;
}

function write({ world, browser, dice, poolSize }: Context, what: WriteKind, token: string): void {
	const client = awake(browser, dice);
	if (!client) return;
	const id = records[dice.int(0, poolSize - 1)]!;
	// Where people come and go, some of it is of another app.
	const kind = world.shared && dice.chance(0.4) ? secrets : things;
	const { saved } = client.mana.write(token, (tx) => {
		tx.update(kind, id, { token });
		if (kind === things) actions[what]?.(tx, id, token, dice, poolSize);
	});
	const place = { collection: kind.number, record: id, field: things.fields.token.number, key: '' };
	if (client.mana.replica.register(place)?.value !== token) world.watch(() => fail(token));
	saved.then(
		() => world.promised.add(token),
		() => undefined, // the tab was closed before it could promise anything
	);
}

function fail(token: string): never {
	throw new Violation('I7', `${token} is not visible right after it was written`);
}

type Id = (typeof records)[number];

const actions: { readonly [K in WriteKind]?: (tx: Writer, id: Id, token: string, dice: Dice, poolSize: number) => void } = {
	field: (tx, id, token) => tx.update(things, id, { a: token }),
	form: (tx, id, token) => tx.create(things, { a: token, b: token, c: `${token} ü` }, id),
	many(tx, _, token, __, poolSize) {
		for (const id of records.slice(0, poolSize)) tx.update(things, id, { b: token, token });
	},
	tags: (tx, id, _, dice) =>
		tx.update(things, id, { tags: { add: [dice.pick(['x', 'y', 'z'])], remove: [dice.pick(['x', 'y', 'z'])] } }),
	best: (tx, id, _, dice) => tx.update(things, id, { best: dice.int(0, 50) }),
	trash: (tx, id) => tx.trash(things, id),
	restore: (tx, id) => tx.restore(things, id),
	refused: (tx, id, token) => tx.update(things, id, { c: `${token}${REFUSED_MARK}` }),
};
