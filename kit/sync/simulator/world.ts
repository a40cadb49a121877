import { type RecordId, recordIdFromBytes } from '@mana/model';
import type { Op, SpaceId } from '../cell.ts';
import { type Command, type Due, type MemberState, newSpaceState, type Rules } from '../space/index.ts';
import { Browser, type Tab } from './browser.ts';
import { checkTab } from './check.ts';
import { Dice } from './dice.ts';
import { checkLaws } from './laws.ts';
import { mayRead, Oracle, Violation } from './oracle.ts';
import type { Plan } from './plan.ts';
import type { Sabotage } from './sabotage.ts';
import { Server } from './server.ts';
import { Snapshots } from './snapshots.ts';
import { ServerDisk } from './server-disk.ts';
import { newerThings, REFUSED_MARK, things } from './things.ts';
import { Timeline } from './timeline.ts';
import type { Acceptor } from './wire.ts';

const START = Date.UTC(2026, 10, 23);
const SPACE = recordIdFromBytes(new Uint8Array(16).fill(1)) as string as SpaceId;
/** Whose space it is, and who is let in and out. */
export const OWNER = 'ana';
export const GUEST = 'ben';
const MOST_BROWSERS = 8;

const rules: Rules = {
	authorise({ role, apps }, { ops }) {
		if (role === 'viewer') return { code: 'read-only', detail: 'You may only read.' };
		const closed = ops.some(({ collection }) => !mayRead(apps, collection));
		return closed ? { code: 'read-only', detail: 'You may not see that.' } : null;
	},
	validate: ({ value }) => (typeof value === 'string' && value.includes(REFUSED_MARK) ? 'No exclamations.' : null),
};

/** Everything that a simulation consists of: a server, its disk, browsers, and the oracle that watches them. */
export class World {
	readonly timeline = new Timeline(START);
	readonly oracle = new Oracle();
	readonly browsers: Browser[] = [];
	readonly disk: ServerDisk;
	/** The server's clock minus the true time, ms. */
	serverSkewMs = 0;
	/** Tokens of writes that some device promised to keep. */
	readonly promised = new Set<string>();
	/** Tokens of refused writes on which the person decided. */
	readonly answered = new Set<string>();
	/** Tokens that went with a restore from a backup. */
	readonly forgiven = new Set<string>();
	/** Tokens of actions that somebody took back. */
	readonly undone = new Set<string>();
	/** What actions wrote into counters and texts, by token. */
	readonly steps = new Map<string, { readonly step: Op; readonly add: number }>();
	readonly #powers = new Map<RecordId, number>();
	readonly #plan: Plan;
	readonly #sabotage: Sabotage;
	readonly #failures: unknown[] = [];
	readonly #dice: Dice;
	#server: Server | null = null;

	constructor(plan: Plan, sabotage: Sabotage = {}) {
		this.#plan = plan;
		this.#sabotage = sabotage;
		this.#dice = new Dice(plan.seed ^ 0x1234567);
		const member = (role: 'owner' | 'editor'): MemberState => ({ access: { role, apps: null }, name: role, since: 0 });
		const members = new Map([[OWNER, member('owner')], ...(plan.config.shared ? [[GUEST, member('editor')] as const] : [])]);
		this.disk = new ServerDisk(this.timeline, newSpaceState(SPACE, OWNER, { kind: 'family' }), members, (found, change) => {
			this.oracle.members(this.disk.file.members);
			this.watch(() => {
				this.oracle.committed(found, change, this.serverNow);
				checkLaws(this.disk.file);
			});
		});
		this.calmDisk();
		this.startServer();
		for (let i = 0; i < plan.config.browsers; i++) this.addBrowser();
	}

	/** Whether somebody is let in and out. */
	get shared(): boolean {
		return this.#plan.config.shared ?? false;
	}

	get serverNow(): number {
		return this.timeline.now + this.serverSkewMs;
	}

	get tabs(): Tab[] {
		return this.browsers.flatMap(({ tabs }) => tabs);
	}

	/** Runs a check; what it throws ends the simulation. */
	watch(check: () => void): void {
		try {
			check();
		} catch (error) {
			this.#failures.push(error);
		}
	}

	/** Lets time pass, until `done` says so. Throws the first thing that went wrong. */
	pass(ms: number, done: () => boolean = () => false): void {
		this.timeline.run(this.timeline.now + ms, () => this.#failures.length > 0 || done());
		if (this.#failures.length > 0) throw this.#failures[0];
	}

	/** The next power of two for a counter; 0 when they are used up. */
	powerFor(record: RecordId): number {
		const power = this.#powers.get(record) ?? 0;
		if (power >= 50) return 0;
		this.#powers.set(record, power + 1);
		return 2 ** power;
	}

	startServer(): void {
		if (this.#server) return;
		this.oracle.members(this.disk.file.members);
		this.oracle.heard();
		const { config } = this.#plan;
		const store = this.#sabotage.store?.(this.disk) ?? this.disk;
		this.#server = new Server({
			timeline: this.timeline,
			store,
			digests: this.disk,
			space: SPACE,
			rules,
			chunk: config.chunk,
			snapshots: config.leastCells === undefined ? null : new Snapshots(this.disk, config.leastCells),
			now: () => this.serverNow + (this.#sabotage.clockErrorMs ?? 0),
			pushed: (request) => this.oracle.pushed(request),
			answered: (request, answer) => this.watch(() => this.oracle.answered(request, answer)),
			heard: () => this.oracle.heard(),
			sent: (person, frame) => this.watch(() => this.oracle.sent(person, frame)),
		});
	}

	calmDisk(): void {
		this.disk.mood.commitMs = this.#plan.config.commitMs;
		this.disk.mood.readMs = this.#plan.config.readMs;
		this.disk.mood.failure = null;
	}

	stopServer(): void {
		this.#server?.kill();
		if (this.#server) this.#sabotage.crash?.(this.disk);
		this.#server = null;
		this.disk.crash();
	}

	/** Somebody asks for a change of who is in the space. */
	command(person: string, command: Command): void {
		this.#server?.command(person, command);
	}

	/** The server clears away what has been there for long enough. */
	tidy(purge: readonly Due[], forget: readonly Due[]): void {
		this.#server?.tidy({ kind: 'tidy', space: SPACE, purge, forget });
	}

	dismissAll(): void {
		this.#server?.dismissAll('busy');
	}

	/** Another browser, with an empty profile or with a copy of somebody else's. */
	addBrowser(copy?: Browser): Browser | null {
		if (this.browsers.length >= MOST_BROWSERS) return null;
		const { config } = this.#plan;
		const browser = new Browser({
			timeline: this.timeline,
			dice: this.#dice.fork(),
			acceptor: this.#acceptor,
			weather: { latency: config.latency, offline: false },
			person: copy?.person ?? (config.shared && this.browsers.length % 2 === 1 ? GUEST : OWNER),
			transport: this.#dice.pick(config.transports),
			diskMs: config.browserDiskMs,
			builds: [things, this.#sabotage.newerThings ?? newerThings],
			...(this.#sabotage.damage && { damage: this.#sabotage.damage }),
			chunk: (hash, person) => (this.#server ? this.disk.chunk(hash, person) : null),
			...(copy && { disk: copy.disk.clone() }),
			lazyDisk: this.#sabotage.lazyDisks ?? false,
			...(this.#sabotage.receive && { tamper: this.#sabotage.receive }),
			report: (error) => this.#failures.push(new Violation('report', String(error))),
		});
		browser.damaged = copy?.damaged ?? false;
		this.browsers.push(browser);
		browser.openTab();
		return browser;
	}

	/** Everything that every tab shows must be what it may show. */
	look(browser: Browser): void {
		for (const tab of browser.tabs) this.watch(() => checkTab(tab, this.oracle));
	}

	/** Whichever server runs, or none. */
	readonly #acceptor: Acceptor = {
		accept: (wire) => this.#server?.accept(wire) ?? null,
		exchange: (request, answer) => (this.#server ? this.#server.exchange(request, answer) : answer(null)),
	};
}
