// For tests: a device with a plain replica of a space, all that comes to which is judged as it comes.
import type { Value } from '@mana/model';
import {
	type Access,
	type Cell,
	covers,
	type DeviceId,
	ENGINE,
	type Frame,
	type FrameOf,
	LIVENESS,
	type Op,
	placeKey,
	type Scope,
} from '@mana/sync';
import { cellsOfChunk, type ChunkRef, decodeChunk } from '@mana/sync/snapshot/index';
import type { Asker, Judge } from './testing-judge.ts';
import { exchangeOnce, newDevice, RawClient } from './testing.ts';

const SCHEMA = [{ collection: ENGINE.collection, version: ENGINE.takesSnapshots | ENGINE.renews | 1 }, LIVENESS];

export interface TapParts {
	readonly person: string;
	readonly judge: Judge;
	/** What it keeps, and the same for the judge; `null`: everything. */
	readonly scope: Scope | null;
	readonly part: Asker['part'];
	/** Whether it fetches chunks. */
	readonly fetches: boolean;
	token(): Promise<string>;
	/** A stamp above all others. */
	stamp(): number;
	/** Something that must not be. */
	failed(error: unknown): void;
	/** Something was heard. */
	heard(frame: Frame, tap: Tap): void;
}

interface Sent {
	readonly n: number;
	readonly stamp: number;
	readonly ops: readonly Op[];
	readonly decided: (seq: number, refused: string | null) => void;
}

/** What is heard between two checkpoints. */
type Step = (cells: Map<string, Cell>) => void;

/** One device of one person, on a socket or by exchanges. Writes nothing without an answer: what is unanswered it sends again when it comes back. */
export class Tap {
	readonly parts: TapParts;
	readonly device: DeviceId = newDevice();
	cells = new Map<string, Cell>();
	cursor = { epoch: 0, seq: 0 };
	client: RawClient | null = null;
	/** Whether the server has said that this person is no member. */
	revoked = false;
	/** Something could not be fetched: only another replica helps. */
	spoilt = false;
	actor = 0;
	/** Apps that the replica is of. `undefined`: it has nothing yet. */
	#apps: Access['apps'] | undefined;
	/** Apps that a REACH before SUBBED names. */
	#reach: Access['apps'] = null;
	/** Asks from the start in the same conversation, and takes nothing in before that is answered. */
	#asksAnew = false;
	#nextN = 1;
	#since: number;
	#sent: Sent[] = [];
	#steps: Promise<Step>[] = [];
	#applied: Promise<void> = Promise.resolve();
	#url = '';
	#pings = 0;

	constructor(parts: TapParts) {
		this.parts = parts;
		this.#since = parts.judge.answered;
	}

	get asker(): Asker {
		return { person: this.parts.person, since: this.#since, part: this.parts.part };
	}

	get live(): boolean {
		return this.client !== null && this.client.closed === null && !this.revoked;
	}

	get unanswered(): number {
		return this.#sent.length;
	}

	/** Opens a connection to this address in place of the one before, and waits until it was let in, or not. */
	async connect(url: string): Promise<void> {
		await this.disconnect();
		this.#url = url;
		this.#since = this.parts.judge.answered;
		this.revoked = false;
		const client = await RawClient.open(url, this.device);
		client.hears = (frame) => this.#hear(frame);
		this.client = client;
		await client.hello(await this.parts.token(), this.parts.fetches ? SCHEMA : [LIVENESS]);
		client.send(this.#sub());
		await client.until(
			() => client.heard.some(({ type }) => type === 'subbed' || type === 'revoked' || type === 'bye'),
			'a seat',
		);
		for (const { n, stamp, ops } of this.revoked ? [] : this.#sent) client.push([{ n, stamp, ops }], this.parts.judge.space);
	}

	/** Ends the connection. What is unanswered stays so. */
	async disconnect(): Promise<void> {
		this.client?.close();
		await this.client?.closing();
		this.client = null;
		this.#steps = [];
		await this.#applied;
	}

	/** From here on everything that comes was sent after what was answered up to now. */
	async fence(): Promise<void> {
		const { client, parts } = this;
		if (!client || client.closed) return;
		const clockMs = ++this.#pings;
		const { answered } = parts.judge;
		client.send({ type: 'ping', clockMs });
		await client
			.until(() => client.heard.some((frame) => frame.type === 'pong' && frame.clockMs === clockMs), 'PONG')
			.then(() => (this.#since = Math.max(this.#since, answered)))
			.catch(() => undefined); // the server has cut it: it comes back
	}

	write(ops: readonly Op[]): void {
		const { judge, stamp } = this.parts;
		const transaction = { n: this.#nextN++, stamp: stamp(), ops };
		this.#sent.push({ ...transaction, decided: judge.wrote(this.asker, ops, transaction.stamp, this.actor) });
		this.client!.push([transaction], judge.space);
	}

	send(frame: Frame): void {
		this.client!.send(frame);
	}

	/** Resolves when every write was decided, or cannot be any more. */
	async settled(): Promise<void> {
		const { client } = this;
		if (client) await client.until(() => this.#sent.length === 0 || this.revoked, 'ACK').catch(() => undefined);
	}

	/** Resolves when it shows this seq. @throws when the connection ends before */
	async reached(seq: number): Promise<void> {
		await this.client!.until(
			() =>
				this.client!.heard.some((frame) => frame.type === 'delta' && !frame.more && frame.to >= seq) || this.cursor.seq >= seq,
			`seq ${seq}`,
		);
		await this.#applied;
	}

	/** Nobody will hear any more what became of its writes. */
	abandon(): void {
		for (const op of this.#sent.flatMap(({ ops }) => ops)) this.parts.judge.unknown.add(placeKey(op));
		this.#sent = [];
	}

	/** Asks once by HTTP, from where it stands, for what a socket would tell. */
	async exchange(url: string, more: readonly Frame[] = []): Promise<void> {
		this.#since = this.parts.judge.answered;
		const hello = {
			type: 'hello',
			token: await this.parts.token(),
			device: this.device,
			clockMs: 0,
			schema: [LIVENESS],
		} as const;
		this.#url = url;
		for (const frame of await exchangeOnce(url, [hello, this.#sub(), ...more])) this.#hear(frame);
		await this.#applied;
	}

	/** Fetches a chunk. `null`: it is not to be had. */
	async fetch({ collection, hash }: Pick<ChunkRef, 'collection' | 'hash'>, url = this.#url): Promise<Cell[] | null> {
		const { judge, person, token } = this.parts;
		const since = judge.answered;
		const address = `${url}/chunks/${judge.space}/${hash}`;
		const headers = { authorization: `Bearer ${await token()}` };
		const answer = await fetch(address, { headers }).catch(() => null);
		// A node that stops, or that may not tell now.
		if (!answer || ![200, 404].includes(answer.status)) return null;
		const bytes = new Uint8Array(await answer.arrayBuffer());
		const cells = answer.status === 200 ? [...cellsOfChunk(decodeChunk(bytes))] : null;
		judge.chunk({ collection }, cells && cells.map((cell) => cell.collection), { person, since, part: null });
		return cells;
	}

	/** What it shows of the collections that people write. */
	shown(): Map<string, Value> {
		const written = [...this.cells].filter(([, { collection }]) => collection >> 8 !== 254);
		return new Map(written.map(([place, { value }]) => [place, value]));
	}

	#sub(): FrameOf<'sub'> {
		const { judge, scope } = this.parts;
		return { type: 'sub', space: judge.space, ...this.cursor, ...(scope && { part: { scope, lack: null } }) };
	}

	#hear(frame: Frame): void {
		const { judge, failed } = this.parts;
		try {
			judge.leaves(frame, this.asker);
			this.parts.heard(frame, this);
			if ('space' in frame && frame.space === judge.space) this.#take(frame);
		} catch (error) {
			failed(error);
		}
	}

	#take(frame: Frame): void {
		if (this.revoked && frame.type !== 'revoked' && frame.type !== 'ack')
			throw new Error(`A ${frame.type.toUpperCase()} comes behind REVOKED.`);
		const reach = this.#reach;
		if (frame.type !== 'renew') this.#reach = null;
		switch (frame.type) {
			case 'subbed':
				if (this.cursor.seq > 0 && frame.epoch !== this.cursor.epoch) throw new Error('The history is another one.');
				this.cursor = { ...this.cursor, epoch: frame.epoch };
				this.actor = frame.actor;
				this.#reached(reach);
				if (frame.nextN > this.#nextN) throw new Error(`n ${frame.nextN} is expected, and ${this.#nextN} was never said.`);
				return;
			case 'revoked':
				this.revoked = true;
				this.#clear();
				return this.abandon();
			case 'reach':
				return this.#reachChanged(frame);
			case 'snapshot':
				return void this.#steps.push(...frame.chunks.map((ref) => this.#chunk(ref)));
			case 'move':
				return void this.#steps.push(
					Promise.resolve((cells) => {
						for (const { collection, record } of frame.records)
							for (const [place, cell] of cells)
								if (cell.collection === collection && cell.record === record) cells.delete(place);
					}),
				);
			case 'delta':
				return this.#delta(frame);
			case 'ack':
				return this.#decided(frame);
			default:
		}
	}

	#clear(): void {
		this.#apps = undefined;
		this.#steps = [];
		this.#applied = this.#applied.then(() => {
			this.cells.clear();
			this.cursor = { epoch: 0, seq: 0 };
		});
	}

	/** What may not be read any more goes at once, also of what is on its way. */
	#narrow(apps: Access['apps']): void {
		const drop: Step = (cells) => {
			for (const [place, { collection }] of cells)
				if (apps && ![250, 254].includes(collection >> 8) && !apps.includes(collection >> 8)) cells.delete(place);
		};
		this.#steps.push(Promise.resolve(drop));
		this.#applied = this.#applied.then(() => drop(this.cells));
	}

	/** SUBBED: where more may be read than the replica is of, it needs the state from its start. */
	#reached(apps: Access['apps']): void {
		this.#asksAnew = this.cursor.seq > 0 && this.#apps !== undefined && !covers({ apps: this.#apps }, { apps });
		this.#narrow(apps);
		this.#apps = apps;
		if (!this.#asksAnew) return;
		this.#fromStart();
		this.client!.send({ ...this.#sub(), seq: 0 });
	}

	#fromStart(): void {
		this.#applied = this.#applied.then(() => void (this.cursor = { ...this.cursor, seq: 0 }));
	}

	/** In the middle of a conversation the server begins anew by itself where more may be read. */
	#reachChanged({ apps }: FrameOf<'reach'>): void {
		this.#reach = apps;
		if (!this.client?.heard.some(({ type }) => type === 'subbed')) return;
		if (this.#apps !== undefined && !covers({ apps: this.#apps }, { apps })) this.#fromStart();
		this.#narrow(apps);
		this.#apps = apps;
	}

	#delta({ cells, more, to }: FrameOf<'delta'>): void {
		if (this.#asksAnew) return;
		this.client?.send({ type: 'credit', space: this.parts.judge.space, bytes: 64 * 1024 });
		this.#steps.push(
			Promise.resolve((held) => {
				for (const cell of cells) held.set(placeKey(cell), cell);
			}),
		);
		if (more) return;
		const steps = this.#steps.splice(0);
		this.#applied = this.#applied.then(async () => {
			for (const step of await Promise.all(steps)) step(this.cells);
			this.cursor = { ...this.cursor, seq: to };
		});
		this.parts.judge.head = Math.max(this.parts.judge.head, to);
	}

	async #chunk(ref: ChunkRef): Promise<Step> {
		const cells = await this.fetch(ref).catch((error: unknown) => (this.parts.failed(error), null));
		if (!cells) this.spoilt = true;
		return (held) => {
			for (const cell of cells ?? []) held.set(placeKey(cell), cell);
		};
	}

	#decided({ n, seq, refused }: FrameOf<'ack'>): void {
		for (const sent of this.#sent) if (sent.n <= n) sent.decided(seq, refused.find((one) => one.n === sent.n)?.code ?? null);
		this.#sent = this.#sent.filter((sent) => sent.n > n);
	}
}
