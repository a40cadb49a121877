import { type RecordId, recordIdFromBytes } from '@mana/model';
import type { Op, SpaceId } from '../cell.ts';
import { type ChunkHash, decodeChunk } from '../snapshot/index.ts';
import { type Command, type MemberState, newSpaceState, type Rules, type TidyRequest } from '../space/index.ts';
import { StorageFailed } from '../client/disk.ts';
import { Browser, type Tab } from './browser.ts';
import { Causality } from './causality.ts';
import { checkTab } from './check.ts';
import { Debts } from './owed.ts';
import { Dice } from './dice.ts';
import { checkLaws } from './laws.ts';
import { Oracle } from './oracle.ts';
import { mayRead } from './plain-rules.ts';
import type { Lack } from './deed.ts';
import type { Plan } from './plan.ts';
import type { Sabotage } from './sabotage.ts';
import { Node, type NodeParts, type Registry } from './node.ts';
import { Snapshots } from './snapshots.ts';
import { ServerDisk } from './server-disk.ts';
import { newerThings, REFUSED_MARK, things } from './things.ts';
import { Timeline } from './timeline.ts';
import { Undoing } from './undoing.ts';
import { Violation } from './violation.ts';
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
	routes: (collection) => (collection === things.number ? things.routes : []),
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
	/** What people take back and do again. */
	readonly undoing = new Undoing();
	/** What tabs had seen when they wrote. */
	readonly causality = new Causality();
	/** What devices hold and the server, which went back, has not. */
	readonly debts = new Debts();
	/** The server went back to an older state, whether it knows or not. */
	wentBack = false;
	/** Tokens of actions that somebody took back. */
	readonly undone = new Set<string>();
	/** What the servers' build does not know. */
	lacks: readonly Lack[];
	/** Somebody's profile was copied. */
	cloned = false;
	/** What actions wrote into counters and texts, by token. */
	readonly steps = new Map<string, { readonly step: Op; readonly add: number }>();
	readonly #powers = new Map<RecordId, number>();
	readonly #plan: Plan;
	readonly #sabotage: Sabotage;
	readonly #failures: unknown[] = [];
	readonly #dice: Dice;
	readonly #nodes: readonly Node[];
	readonly #nodeDice: Dice;
	/** Hints between nodes get lost until then. */
	#hintsLostUntil = 0;

	constructor(plan: Plan, sabotage: Sabotage = {}) {
		this.#plan = plan;
		this.#sabotage = sabotage;
		this.lacks = plan.config.lacks ?? [];
		this.#dice = new Dice(plan.seed ^ 0x1234567);
		const member = (role: 'owner' | 'editor'): MemberState => ({ access: { role, apps: null }, name: role, since: 0 });
		const members = new Map([[OWNER, member('owner')], ...(plan.config.shared ? [[GUEST, member('editor')] as const] : [])]);
		this.disk = new ServerDisk(this.timeline, newSpaceState(SPACE, OWNER, { kind: 'family' }), members, (found, change) => {
			this.oracle.members(this.disk.file.members, this.disk.file.space.aclEpoch);
			this.watch(() => {
				this.oracle.committed(found, change, this.serverNow);
				checkLaws(this.disk.file, this.oracle);
			});
		});
		this.#nodeDice = new Dice(plan.seed ^ 0x2b0de5);
		const registry: Registry | null = plan.config.nodes === undefined ? null : new Map();
		this.#nodes = Array.from({ length: plan.config.nodes ?? 1 }, () => new Node(this.#nodeParts(registry)));
		this.calmDisk();
		this.startServer();
		for (let i = 0; i < plan.config.browsers; i++) this.addBrowser();
	}

	/** Whether somebody is let in and out. */
	get shared(): boolean {
		return this.#plan.config.shared ?? false;
	}

	/** Whether records are purged and forgotten. */
	get tidied(): boolean {
		return this.#plan.config.tidied ?? false;
	}

	/** Whether browsers keep a part. */
	get parts(): boolean {
		return this.#plan.config.parts ?? false;
	}

	/** Whether somebody may have met a server that knew no parts. */
	get metNoParts(): boolean {
		return this.#plan.config.lacks?.includes('parts') ?? false;
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

	/** All servers begin anew with a build that knows everything. */
	upgradeServer(): void {
		if (this.lacks.length === 0) return;
		this.stopServer();
		this.lacks = [];
		this.startServer();
	}

	/** Starts every server that does not run. */
	startServer(): void {
		if (this.#nodes.every(({ running }) => !running)) {
			this.oracle.members(this.disk.file.members, this.disk.file.space.aclEpoch);
			this.oracle.heard();
		}
		for (const node of this.#nodes) node.start();
	}

	#nodeParts(registry: Registry | null): NodeParts {
		const { config } = this.#plan;
		const store = this.#sabotage.store?.(this.disk) ?? this.disk;
		return {
			timeline: this.timeline,
			disk: this.disk,
			store,
			digests: this.disk,
			registry,
			peers: () => this.#nodes.filter((node) => node.running),
			dice: this.#nodeDice,
			hintsLost: () => this.timeline.now < this.#hintsLostUntil,
			sabotage: this.#sabotage.nodes ?? {},
			space: SPACE,
			rules,
			chunk: config.chunk,
			snapshots: config.leastCells === undefined ? null : new Snapshots(this.disk, config.leastCells),
			now: () => this.serverNow + (this.#sabotage.clockErrorMs ?? 0),
			lacks: () => this.lacks,
			pushed: (request) => this.oracle.pushed(request),
			answered: (request, answer) => this.watch(() => this.oracle.answered(request, answer)),
			heard: () => this.oracle.heard(),
			commandAnswered: (aclEpoch) => this.oracle.commandAnswered(aclEpoch),
			sent: (person, frame, scope) =>
				this.watch(() => this.oracle.sent(person, frame, scope && { scope, space: this.disk.file.space })),
		};
	}

	calmDisk(): void {
		this.disk.mood.commitMs = this.#plan.config.commitMs;
		this.disk.mood.readMs = this.#plan.config.readMs;
		this.disk.mood.failure = null;
	}

	/** Every server stops, and what was on its way to the disk is lost. */
	stopServer(): void {
		const ran = this.#nodes.some(({ running }) => running);
		for (const node of this.#nodes) node.kill();
		if (ran) this.#sabotage.crash?.(this.disk);
		this.disk.crash();
	}

	/** One of several servers stops, and the disk goes on. */
	stopNode(node: number): void {
		this.#node(node).kill();
	}

	/** It stands still for a while. */
	pauseNode(node: number, ms: number): void {
		this.#node(node).pause(ms);
	}

	/** It does not reach the disk for a while. */
	cutNode(node: number, ms: number): void {
		this.#node(node).cut(ms);
	}

	/** What nodes tell each other gets lost for a while. */
	loseHints(ms: number): void {
		this.#hintsLostUntil = this.timeline.now + ms;
	}

	/** Nodes run and reach what they should reach. */
	healNodes(): void {
		for (const node of this.#nodes) {
			node.resume();
			node.mend();
		}
		this.#hintsLostUntil = 0;
	}

	/** Somebody asks for a change of who is in the space. */
	command(person: string, command: Command): void {
		this.#someNode()?.command(person, command);
	}

	/** The server clears away what has been there for long enough. */
	tidy(due: Pick<TidyRequest, 'purge' | 'forget' | 'fold'>): void {
		this.#someNode()?.tidy({ kind: 'tidy', space: SPACE, ...due });
	}

	dismissAll(): void {
		for (const node of this.#nodes) node.dismissAll('busy');
	}

	#node(index: number): Node {
		return this.#nodes[index % this.#nodes.length]!;
	}

	/** A server that runs, rather one that does not stand still. */
	#someNode(): Node | null {
		const running = this.#nodes.filter((node) => node.running);
		if (running.length < 2) return running[0] ?? null;
		const awake = running.filter(({ still }) => !still);
		return this.#nodeDice.pick(awake.length > 0 && this.#nodeDice.chance(0.7) ? awake : running);
	}

	/** Another browser, with an empty profile or with a copy of somebody else's. */
	addBrowser(copy?: Browser): Browser | null {
		if (this.browsers.length >= MOST_BROWSERS) return null;
		const { config } = this.#plan;
		if (copy) this.cloned = true;
		const takesChunks = !this.lacks.includes('snapshots') || this.browsers.length % 2 === 0;
		const browser = new Browser({
			timeline: this.timeline,
			dice: this.#dice.fork(),
			acceptor: this.#acceptor,
			weather: { latency: config.latency, offline: false },
			person: copy?.person ?? (config.shared && this.browsers.length % 2 === 1 ? GUEST : OWNER),
			transport: this.#dice.pick(config.transports),
			diskMs: config.browserDiskMs,
			builds: [things, this.#sabotage.newerThings ?? newerThings],
			parts: config.parts ?? false,
			overtaking: config.overtaking ?? false,
			slicedFrom: config.slicedFrom,
			...(this.#sabotage.damage && { damage: this.#sabotage.damage }),
			...(this.#sabotage.hear && { hear: this.#sabotage.hear }),
			...(this.#sabotage.browserStore && { browserStore: this.#sabotage.browserStore }),
			chunk: (hash, person) => this.#chunk(hash, person),
			...(copy && { disk: copy.disk.clone() }),
			lazyDisk: this.#sabotage.lazyDisks ?? false,
			...(this.#sabotage.receive && { tamper: this.#sabotage.receive }),
			takesChunks,
			told: ({ client }) => client && this.undoing.speaksAs(client),
			report: (error) => this.#report(error),
		});
		browser.damaged = copy?.damaged ?? false;
		browser.wasDamaged = copy?.wasDamaged ?? false;
		this.browsers.push(browser);
		browser.openTab();
		return browser;
	}

	/** Something that a tab says must not happen, or that a check found at it. That its disk fails it says as well. */
	#report(error: unknown): void {
		if (error instanceof StorageFailed) return;
		this.#failures.push(error instanceof Violation ? error : new Violation('report', String(error)));
	}

	#chunk(hash: ChunkHash, person: string): Uint8Array | null {
		const body = this.#nodes.some(({ running }) => running) ? this.disk.chunk(hash, person) : null;
		if (body) this.watch(() => this.oracle.fetched(person, decodeChunk(body).collection));
		return body;
	}

	/** Everything that every tab shows must be what it may show. */
	look(browser: Browser): void {
		for (const tab of browser.tabs)
			this.watch(() => {
				checkTab(tab, this.oracle);
				this.causality.check(tab, this.oracle);
			});
	}

	/** Whichever server runs, or none. */
	readonly #acceptor: Acceptor = {
		accept: (wire) => this.#someNode()?.accept(wire) ?? null,
		exchange: (request, answer) => {
			const node = this.#someNode();
			return node ? node.exchange(request, answer) : answer(null);
		},
	};
}
