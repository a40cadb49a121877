import { recordIdFromBytes } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import type { Rules } from '../space/index.ts';
import { Browser, type Tab } from './browser.ts';
import { checkTab } from './check.ts';
import { Dice } from './dice.ts';
import { Oracle, Violation } from './oracle.ts';
import type { Plan } from './plan.ts';
import type { Sabotage } from './sabotage.ts';
import { Server } from './server.ts';
import { ServerDisk } from './server-disk.ts';
import { REFUSED_MARK } from './things.ts';
import { Timeline } from './timeline.ts';
import type { Acceptor } from './wire.ts';

const START = Date.UTC(2026, 10, 23);
const SPACE = recordIdFromBytes(new Uint8Array(16).fill(1)) as string as SpaceId;
const PERSON = 'ana';
const MOST_BROWSERS = 8;

const rules: Rules = {
	authorise: (role) => (role === 'viewer' ? { code: 'read-only', detail: 'You may only read.' } : null),
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
	readonly #plan: Plan;
	readonly #sabotage: Sabotage;
	readonly #failures: unknown[] = [];
	readonly #dice: Dice;
	#server: Server | null = null;

	constructor(plan: Plan, sabotage: Sabotage = {}) {
		this.#plan = plan;
		this.#sabotage = sabotage;
		this.#dice = new Dice(plan.seed ^ 0x1234567);
		const space = { id: SPACE, epoch: 1, seq: 0, nextActor: 1 };
		this.disk = new ServerDisk(this.timeline, space, new Map([[PERSON, 'owner']]), (found, change) =>
			this.watch(() => this.oracle.committed(found, change, this.serverNow)),
		);
		this.calmDisk();
		this.startServer();
		for (let i = 0; i < plan.config.browsers; i++) this.addBrowser();
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

	startServer(): void {
		if (this.#server) return;
		const { config } = this.#plan;
		const store = this.#sabotage.store?.(this.disk) ?? this.disk;
		this.#server = new Server({
			timeline: this.timeline,
			store,
			space: SPACE,
			rules,
			chunk: config.chunk,
			now: () => this.serverNow + (this.#sabotage.clockErrorMs ?? 0),
			pushed: (request) => this.oracle.pushed(request),
			answered: (request, answer) => this.watch(() => this.oracle.answered(request, answer)),
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
			person: PERSON,
			transport: this.#dice.pick(config.transports),
			diskMs: config.browserDiskMs,
			...(copy && { disk: copy.disk.clone() }),
			lazyDisk: this.#sabotage.lazyDisks ?? false,
			...(this.#sabotage.receive && { tamper: this.#sabotage.receive }),
			report: (error) => this.#failures.push(new Violation('report', String(error))),
		});
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
