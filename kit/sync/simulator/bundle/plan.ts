import { command, counter, lawOf, lww, max, min, set, systemFields, text, tree } from '@mana/model';
import { Dice } from '../dice.ts';
import type { Deed, Step, WriteKind } from '../deed.ts';
import type { Config, Plan } from '../plan.ts';
import { records } from '../things.ts';
import type { ReadBundle, ReadEvent } from './read.ts';

/** A quiet longer than this tells nothing more, ms. */
const LONGEST_QUIET = 30_000;
/** A quiet longer than this, while somebody was connected, is a machine that slept: a ping comes every 20 s. */
const SLEPT = 45_000;
/** Of a first download, so many of the others' writes are played. */
const MOST_AT_ONCE = 12;
/** When the events begin: the tabs are open by then. */
const OPEN_MS = 1_000;

/**
 * A history like the one that a bundle tells: this device writes the same kinds of fields at the same moments, the others as much as was
 * heard of them, and the connection breaks where it broke. What a bundle does not tell (contents, what the others' browsers went
 * through, luck on the way) the seed decides, so that one bundle is many histories.
 */
export function planOfBundle({ trace, standing: { skewMs } }: Pick<ReadBundle, 'trace' | 'standing'>, seed = 1): Plan {
	const shared = trace.some((event) => event.what === 'heard' && (event.frame === 'revoked' || event.frame === 'reach'));
	const reader = new Reader(shared ? 1 : 0, refusalsIn(trace));
	for (const event of trace) reader.read(event);
	const dice = new Dice(seed);
	const steps = [
		...(Math.abs(skewMs) > 1_000 ? [{ at: 0, deed: { kind: 'client-clock', browser: reader.me, byMs: -skewMs } as Deed }] : []),
		...reader.deeds,
	].map(({ at, deed }): Step => ({ at, luck: dice.int(0, 0x7fffffff), ...deed }));
	return { seed, config: configOf(trace, reader.now, shared), steps: steps.toSorted((a, b) => a.at - b.at) };
}

/** Reads events one after another, and puts down what somebody would have to do for them to come about. */
class Reader {
	readonly deeds: { readonly at: number; readonly deed: Deed }[] = [];
	readonly me: number;
	/** ms after the start */
	now = OPEN_MS;
	readonly #refused: ReadonlyMap<number, string>;
	#last: ReadEvent | null = null;
	#connected = false;
	#started = false;
	#epoch: number | null = null;
	#role: string | null = null;
	/** Transactions of this device that were sent, and whose effects have not been heard yet. */
	#own = 0;

	constructor(me: number, refused: ReadonlyMap<number, string>) {
		this.me = me;
		this.#refused = refused;
	}

	read(event: ReadEvent): void {
		const quiet = Math.max(0, event.at - (this.#last?.at ?? event.at));
		if (quiet > SLEPT && this.#connected) this.#do({ kind: 'tab-freeze', browser: this.me, ms: LONGEST_QUIET });
		this.now += Math.min(quiet, LONGEST_QUIET);
		this.#last = event;
		if (event.what === 'wrote') this.#wrote(event);
		else if (event.what === 'started') this.#begun();
		else if (event.what === 'phase') this.#came(event.phase, event.code);
		else if (event.what === 'heard') this.#heard(event.frame, event.facts);
		else if (event.what === 'sent' && event.frame === 'push') this.#own += Number(event.facts['transactions'] ?? 0);
	}

	#wrote({ n, ops, shapes }: Extract<ReadEvent, { what: 'wrote' }>): void {
		const code = this.#refused.get(n);
		const record = shapes[0] && shapes[0].record % records.length;
		const what = code === undefined || code === 'read-only' ? kindOf(shapes, ops) : 'refused';
		this.#do({ kind: 'write', browser: this.me, what, ...(record !== undefined && { record }) });
		if (code === 'read-only') this.#do({ kind: 'server-role', ms: 2_000 });
	}

	/** Another tab took the lead, or the disk was read anew. */
	#begun(): void {
		if (this.#started) this.#do({ kind: 'tab-open', browser: this.me });
		this.#started = true;
	}

	#came(phase: string, code: string | null): void {
		this.#connected = phase === 'live';
		if (phase !== 'offline') return;
		this.#do(code === null ? { kind: 'clone', browser: this.me } : (breaks[code]?.(this.me) ?? { kind: 'server-dismiss' }));
		this.#own = 0;
	}

	#heard(frame: string, facts: Extract<ReadEvent, { what: 'heard' | 'sent' }>['facts']): void {
		if (frame === 'revoked') this.#do({ kind: 'member', change: 'remove' });
		if (frame === 'reach') this.#do({ kind: 'member', change: facts['apps'] === null ? 'open' : 'limit' });
		if (frame === 'delta') this.#others(Number(facts['to'] ?? 0) - Number(facts['from'] ?? 0));
		if (frame !== 'subbed') return;
		const epoch = Number(facts['epoch'] ?? 0);
		if (this.#epoch !== null && this.#epoch !== epoch) this.#do({ kind: 'server-restore', backMs: 1_000 });
		this.#epoch = epoch;
		const role = String(facts['role'] ?? '');
		if (this.me === 1 && this.#role !== null && this.#role !== role)
			this.#do({ kind: 'member', change: role === 'viewer' ? 'viewer' : 'editor' });
		this.#role = role;
	}

	/** What moved a space on and was not our own was somebody else's. */
	#others(moved: number): void {
		const own = Math.min(this.#own, moved);
		this.#own -= own;
		for (let i = 0; i < Math.min(moved - own, MOST_AT_ONCE); i++)
			this.#do({ kind: 'write', browser: 1 - this.me, what: i % 3 === 2 ? 'many' : 'field' });
	}

	#do(deed: Deed): void {
		this.deeds.push({ at: this.now, deed });
	}
}

/** What breaks a connection so that it ends with a code. */
const breaks: Readonly<Record<string, (browser: number) => Deed>> = {
	connection: (browser) => ({ kind: 'cut', browser, mode: 'close' }),
	'no-answer': (browser) => ({ kind: 'cut', browser, mode: 'silent' }),
	gap: (browser) => ({ kind: 'cut', browser, mode: 'down-lost' }),
	'bad-frame': (browser) => ({ kind: 'cut', browser, mode: 'truncate' }),
	'no-token': (browser) => ({ kind: 'offline', browser, ms: 3_000 }),
	restart: () => ({ kind: 'server-crash', ms: 500 }),
};

/** How the simulated people write such a thing. */
function kindOf(shapes: Extract<ReadEvent, { what: 'wrote' }>['shapes'], ops: number): WriteKind {
	const touched = new Set(shapes.map(({ record }) => record));
	if (touched.size > 1) return 'many';
	const away = shapes.find(({ field }) => field === systemFields.deletedAt.number);
	if (away) return away.kind === 'null' ? 'restore' : 'trash';
	const special = shapes.map(({ field }) => kindOfLaw.get(lawOf(field))).find((kind) => kind !== undefined);
	return special ?? (ops > 2 ? 'form' : 'field');
}

const kindOfLaw: ReadonlyMap<unknown, WriteKind | undefined> = new Map([
	[lww, undefined],
	[max, 'best'],
	[min, 'best'],
	[counter, 'count'],
	[set, 'tags'],
	[text, 'text'],
	[command, 'name'],
	[tree, 'move'],
] as const);

/** Which transactions were refused, and why. */
function refusalsIn(trace: readonly ReadEvent[]): ReadonlyMap<number, string> {
	const refused = new Map<number, string>();
	for (const event of trace) {
		if (event.what !== 'heard' || typeof event.facts['codes'] !== 'string') continue;
		for (const one of event.facts['codes'].split(' ')) refused.set(Number(one.split(':')[0]), one.split(':')[1] ?? '');
	}
	return refused;
}

function configOf(trace: readonly ReadEvent[], durationMs: number, shared: boolean): Config {
	const over = trace.find((event) => event.what === 'opened')?.over ?? 'stream';
	const way = Math.min(1_500, roundTrip(trace) / 2);
	return {
		browsers: 2,
		latency: [0, Math.round(way)],
		browserDiskMs: [0, 5],
		commitMs: 3,
		readMs: 1,
		transports: [over],
		chunk: 8192,
		records: records.length,
		durationMs,
		...(shared && { shared: true }),
		...(trace.some((event) => event.what === 'heard' && event.frame === 'snapshot') && { leastCells: 10 }),
	};
}

/** The shortest time between a HELLO or a PING and its answer, ms. */
function roundTrip(trace: readonly ReadEvent[]): number {
	let asked: number | null = null;
	let least = Infinity;
	for (const event of trace) {
		if (event.what === 'sent' && (event.frame === 'hello' || event.frame === 'ping')) asked = event.at;
		if (event.what !== 'heard' || (event.frame !== 'welcome' && event.frame !== 'pong') || asked === null) continue;
		least = Math.min(least, Math.max(0, event.at - asked));
		asked = null;
	}
	return least === Infinity ? 20 : least;
}
