import { type Ack, limits, type Revoked, type SpaceId } from '@mana/sync';
import type {
	Answer,
	Commanded,
	CommandRequest,
	Denied,
	MirrorRequest,
	Seated,
	SeatRequest,
	Tidied,
	TidyRequest,
} from '@mana/sync/space/index';
import type { NewSpace } from '../spaces/space-keeper.ts';
import type { Committer, CommitterEvents, Pushed } from './committer.ts';
import type { Open, Outcome, PushBytes, SmallRequest, Task } from './messages.ts';
import { UnderWay } from './under-way.ts';

interface Waiting {
	readonly request: SmallRequest | PushBytes;
	readonly ops: number;
	resolve(answer: Answer): void;
	reject(error: unknown): void;
}

/**
 * The committer of a SQLite file: a worker does the writing, and this side hands it everything that waits as soon as it is idle. So a
 * lone push goes to the disk at once, and a flood shares commits (sync.md §6.6).
 */
export class ThreadedCommitter implements Committer {
	readonly #file: string;
	readonly #events: CommitterEvents;
	readonly #now: () => number;
	readonly #underWay = new UnderWay();
	readonly #asked = new Map<number, { resolve(outcome: Outcome): void; reject(error: unknown): void }>();
	#worker: Worker | null = null;
	#waiting: Waiting[] = [];
	#committing = false;
	#lastId = 0;

	/** @param file a SQLite file with this service's tables; @param now ms since 1970 */
	constructor(file: string, events: CommitterEvents, now: () => number) {
		this.#file = file;
		this.#events = events;
		this.#now = now;
	}

	get waitingBytes(): number {
		return this.#underWay.bytes;
	}

	async personal(person: string): Promise<SpaceId> {
		const outcome = await this.#ask({ kind: 'personal', person });
		return outcome.kind === 'found' ? outcome.space : unexpected(outcome);
	}

	async create(space: NewSpace): Promise<SpaceId> {
		const outcome = await this.#ask({ kind: 'create', space });
		return outcome.kind === 'found' ? outcome.space : unexpected(outcome);
	}

	seat(request: SeatRequest): Promise<Seated | Denied | Revoked> {
		return this.#underWay.track(0, this.#submit(request, 1)) as Promise<Seated | Denied | Revoked>;
	}

	command(request: CommandRequest): Promise<Commanded | Denied> {
		return this.#underWay.track(0, this.#submit(request, 1)) as Promise<Commanded | Denied>;
	}

	async mirror(request: MirrorRequest): Promise<void> {
		await this.#underWay.track(0, this.#submit(request, 1));
	}

	tidy(request: TidyRequest): Promise<Tidied> {
		const ops = request.purge.length + request.forget.length + 1;
		return this.#underWay.track(0, this.#submit(request, ops)) as Promise<Tidied>;
	}

	push({
		request: { space, device, person, by, knew, schema = NO_SCHEMA },
		bytes,
		ops,
	}: Pushed): Promise<Ack | Denied | Revoked> {
		const size = bytes.length;
		const push: PushBytes = { kind: 'push', space, device, person, ...(by && { by }), schema, knew, bytes };
		return this.#underWay.track(size, this.#submit(push, ops + 1)) as Promise<Ack | Denied | Revoked>;
	}

	async prune(): Promise<number> {
		const outcome = await this.#ask({ kind: 'prune' });
		return outcome.kind === 'pruned' ? outcome.rows : unexpected(outcome);
	}

	async close(): Promise<void> {
		await this.#underWay.idle();
		this.#worker?.terminate();
	}

	#submit(request: SmallRequest | PushBytes, ops: number): Promise<Answer> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ request, ops, resolve, reject });
			if (this.#committing) return;
			this.#committing = true;
			queueMicrotask(() => void this.#run());
		});
	}

	async #run(): Promise<void> {
		while (this.#waiting.length > 0) {
			const group = this.#take();
			const start = performance.now();
			try {
				const outcome = await this.#ask({ kind: 'commit', group: group.map(({ request }) => request) });
				if (outcome.kind !== 'committed') unexpected(outcome);
				this.#events.committed(
					new Set(group.flatMap(({ request }) => ('device' in request ? request.device : []))).size,
					performance.now() - start,
				);
				for (const change of outcome.changes) this.#events.published(change);
				for (const [i, { resolve }] of group.entries()) resolve(outcome.answers[i]!);
			} catch (error) {
				this.#events.uncertain(new Set(group.map(({ request }) => request.space)));
				for (const { reject } of group) reject(error);
			}
		}
		this.#committing = false;
	}

	/** The oldest requests, up to as many ops as the worker takes into one commit (and at least one request). */
	#take(): Waiting[] {
		let room: number = limits.pushOps;
		let count = 0;
		while (count < this.#waiting.length && ((room -= this.#waiting[count]!.ops) >= 0 || count === 0)) count++;
		return this.#waiting.splice(0, count);
	}

	#ask(task: TaskWithoutId): Promise<Outcome> {
		return new Promise((resolve, reject) => {
			const id = ++this.#lastId;
			this.#asked.set(id, { resolve, reject });
			const transfer = task.kind === 'commit' ? task.group.flatMap((one) => ('bytes' in one ? [one.bytes.buffer] : [])) : [];
			this.#open().postMessage({ id, now: this.#now(), ...task }, { transfer });
		});
	}

	/** The worker, started anew when it died: everything it knows is in the file. */
	#open(): Worker {
		if (this.#worker) return this.#worker;
		const worker = new Worker(new URL('./worker.ts', import.meta.url).href);
		worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => {
			const asked = this.#asked.get(data.id);
			this.#asked.delete(data.id);
			if (data.kind === 'failed') asked?.reject(new Error(`The committer could not write: ${data.message}`));
			else asked?.resolve(data);
		});
		worker.addEventListener('error', ({ message }) => {
			if (this.#worker === worker) this.#worker = null;
			worker.terminate();
			for (const { reject } of this.#asked.values()) reject(new Error(`The committer died: ${message}`));
			this.#asked.clear();
		});
		worker.postMessage({ kind: 'open', file: this.#file } satisfies Open, []);
		return (this.#worker = worker);
	}
}

const NO_SCHEMA: ReadonlyMap<number, number> = new Map();

type TaskWithoutId = Task extends infer T ? (T extends Task ? Omit<T, 'id' | 'now'> : never) : never;

function unexpected(outcome: Outcome): never {
	throw new Error(`The committer answered with ${outcome.kind}.`);
}
