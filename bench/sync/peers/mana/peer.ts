// Ours: mana-sync on SQLite in one process, the client of kit/sync (sockets, real session, store in memory) in the others.
import { newRecordId, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { openMana } from '@mana/sync/client/open';
import { service } from '../../../../infra/sync/index.ts';
import { startIssuer, TEST_ORIGIN } from '../../../../infra/sync/testing.ts';
import root from '../../../../package.json';
import { own } from './own.ts';
import { platformFor } from './platform.ts';
import { rows } from './rows.ts';
import { type Address, Visitor } from './visitor.ts';

/** Rates are raised: one device plays many people here. */
const settings = {
	MANA_SYNC_OPS_PER_SECOND: '1000000',
	MANA_SYNC_OPS_BURST: '10000000',
	MANA_SYNC_CONNECTS_PER_MINUTE: '1000000',
};

type RowDraft = Record<keyof typeof rows.fields, string & number>;

export const peer = {
	name: 'mana',
	about: () => ({
		versions: { mana: root.version, bun: Bun.version },
		config: `SQLite (WAL, synchronous=FULL), WebSocket, rates raised: ${Object.entries(settings)
			.map((pair) => pair.join('='))
			.join(' ')}; client: store in memory`,
		ack: 'after fsync of the commit',
		durable: true,
	}),

	async serve(home: string) {
		const issuer = await startIssuer();
		const running = await service.start({
			home,
			port: 0,
			publicUrl: TEST_ORIGIN,
			addresses: { 'mana-auth': issuer.url },
			env: settings,
			logLevel: 'error',
		});
		const [token, tokenOfBen] = await Promise.all(['ada', 'ben'].map((person) => issuer.token(person, { seconds: 7200 })));
		return { address: { url: running.url, token, tokenOfBen } };
	},

	async connect(address: Address) {
		const began = performance.now();
		const mana = await openMana({
			account: { person: 'ada' },
			models: [rows],
			first: () => [rows],
			platform: platformFor(address),
		});
		let firstMs: number | null = null;
		await until(mana, () => {
			if ((mana.sync.firstSync?.received ?? 0) > 0) firstMs ??= performance.now() - began;
			return mana.sync.phase === 'live';
		});
		return new Client(mana, firstMs);
	},

	/** Snapshots are built where somebody downloads: opens new clients until one was given most of the rows out of chunks. */
	async ready(address: Address, count: number) {
		for (;;) {
			const mana = await openMana({ account: { person: 'ada' }, models: [rows], platform: platformFor(address) });
			let fromChunks = 0;
			mana.subscribe(() => (fromChunks = mana.sync.firstSync?.received ?? fromChunks));
			await until(mana, () => mana.sync.phase === 'live');
			await mana.close();
			if (fromChunks > count * 0.9) return;
			await Bun.sleep(1000);
		}
	},

	/** A client that keeps nothing but cells: thousands fit into a process. */
	visit: (address: Address) => Visitor.arrive(address, rowOf),

	own,
};

/** The client as a page has it, behind the bench's few words. */
class Client {
	readonly mana: Mana;
	readonly firstMs: number | null;
	readonly #all;
	/** Actions written and their acknowledgements, in order. */
	#written = 0;
	#acked = 0;
	#looking = false;
	readonly #waiting: { readonly n: number; resolve(): void }[] = [];

	/** @param firstMs until its first rows could be read */
	constructor(mana: Mana, firstMs: number | null) {
		this.mana = mana;
		this.firstMs = firstMs;
		this.#all = mana.query(rows);
		mana.subscribe(() => this.#lookSoon());
	}

	size(): number {
		return this.#all.rows.length;
	}

	read(row: number, at: number): unknown {
		return this.mana.get(rows, idOf(row))?.[`f${at}` as 'f0'];
	}

	write(row: number, at: number, value: string & number): Promise<void> {
		return this.#act((tx) => tx.update(rows, idOf(row), { [`f${at}`]: value } as Partial<RowDraft>));
	}

	writeRows(list: readonly [number, RowDraft][]): Promise<void> {
		return this.#act((tx) => {
			for (const [row, draft] of list) tx.create(rows, draft, idOf(row));
		});
	}

	listen(listener: (row: number, at: number, value: unknown) => void): void {
		let before = this.#all.rows;
		this.#all.subscribe(() => {
			const now = this.#all.rows;
			for (const [i, row] of now.entries()) {
				const old = before[i];
				if (row === old || row.id !== old?.id) continue;
				for (let at = 0; at < 10; at++) {
					const name = `f${at}` as 'f0';
					if (row[name] !== old[name]) listener(rowOf(row.id), at, row[name]);
				}
			}
			before = now;
		});
	}

	settled(): Promise<void> {
		return until(this.mana, () => this.mana.sync.unsent === 0);
	}

	*cells(): Iterable<[number, string, unknown]> {
		for (const row of this.#all.rows) for (const name of Object.keys(rows.fields)) yield [rowOf(row.id), name, row[name as 'f0']];
	}

	#act(action: Parameters<Mana['write']>[1]): Promise<void> {
		const n = ++this.#written;
		return new Promise((resolve, reject) => {
			this.#waiting.push({ n, resolve });
			this.mana.write('Bench', action).saved.catch(reject);
		});
	}

	/** Once for all that changed in this turn. */
	#lookSoon(): void {
		if (this.#looking) return;
		this.#looking = true;
		queueMicrotask(() => {
			this.#looking = false;
			this.#look();
		});
	}

	/** Acknowledgements come in the order of writing, so that what is not unsent any more is a prefix. */
	#look(): void {
		this.#acked = Math.max(this.#acked, this.#written - this.mana.sync.unsent);
		while (this.#waiting[0] && this.#waiting[0].n <= this.#acked) this.#waiting.shift()!.resolve();
	}
}

const BORN = Date.UTC(2026, 10, 23);

/** The record of a row: the same id in every process. */
function idOf(row: number): RecordId {
	return newRecordId(BORN + row, (bytes) => {
		new DataView(bytes.buffer).setUint32(12, Math.imul(row, 0x9e3779b1));
		return bytes;
	});
}

const numbers = new Map<RecordId, number>();
function rowOf(id: RecordId): number {
	for (let row = numbers.size; !numbers.has(id); row++) numbers.set(idOf(row), row);
	return numbers.get(id)!;
}

async function until(mana: Mana, condition: () => boolean): Promise<void> {
	while (!condition()) {
		await new Promise<void>((resolve) => {
			const stop = mana.subscribe(() => {
				stop();
				resolve();
			});
		});
	}
}
