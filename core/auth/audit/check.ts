import { beginning, contentHash, type Detail, linkHash } from './chain.ts';
import { look, type Realm } from '../realm.ts';
import { sealOf } from '../security-events.ts';
import type { AuditRow, Db } from '../store.ts';

/** Why a row is not what was written. */
export const breaks = ['changed', 'missing', 'emptied', 'cut-off', 'end-changed'] as const;
export type Break = (typeof breaks)[number];

export interface AuditCheck {
	/** How many entries were read. */
	readonly entries: number;
	/** Numbers of the first and of the last; 0 in a log without entries. */
	readonly first: number;
	readonly last: number;
	/**
	 * Entries that say the end of the log bore no mark of this Mana. The first is where the log was begun; any other means that another
	 * secret was put in place, or that somebody wrote into the database.
	 */
	readonly sealedAnew: readonly number[];
	/** The first row that is not as it was written; `null` when the log is whole. */
	readonly broken: { readonly seq: number; readonly why: Break } | null;
}

const pageRows = 1000;

/** Reads the whole audit log and proves, link by link, that nothing was changed, taken out, put in or cut off. */
export async function checkAuditLog(
	realm: Pick<Realm, 'store' | 'keys'>,
	{ signal }: { readonly signal?: AbortSignal } = {},
): Promise<AuditCheck> {
	const head = await look(realm, (db) => db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow());
	const walk = new Walk();
	for (let after = 0; after < head.seq;) {
		signal?.throwIfAborted();
		const rows = await look(realm, (db) => pageAfter(db, after, head.seq));
		const lastRow = rows.at(-1);
		if (lastRow === undefined) break;
		for (const row of rows) if (!walk.step(row)) return walk.result();
		after = lastRow.seq;
	}
	if (walk.last < head.seq) return walk.fail(walk.last + 1, 'cut-off');
	if (walk.hash !== head.hash) return walk.fail(head.seq, 'end-changed');
	// A log that was taken over from before there was one bears no mark until the next entry; one that has been marked, always.
	const unmarked = head.seal === null && walk.result().sealedAnew.length === 0;
	if (!unmarked && head.seal !== sealOf(realm, head)) return walk.fail(head.seq, 'end-changed');
	return walk.finish();
}

/** Checks the log once in the background and says in the service's log what is wrong. @returns stops it, when it still runs */
export function checkAtStart(realm: Pick<Realm, 'store' | 'keys' | 'log'>): () => Promise<void> {
	const stopping = new AbortController();
	const running = checkAuditLog(realm, { signal: stopping.signal }).then(
		({ entries, broken }) => {
			if (broken === null) realm.log.info({ entries }, 'the audit log is whole');
			else realm.log.error({ ...broken, entries }, 'the audit log is broken; "mana audit verify" says where');
		},
		(error: unknown) => {
			if (!stopping.signal.aborted)
				realm.log.error({ err: error }, 'the audit log could not be checked; the next start tries again');
		},
	);
	return () => {
		stopping.abort();
		return running;
	};
}

function pageAfter(db: Db, after: number, last: number): Promise<AuditRow[]> {
	return db
		.selectFrom('audit_entry')
		.selectAll()
		.where('seq', '>', after)
		.where('seq', '<=', last)
		.orderBy('seq')
		.limit(pageRows)
		.execute();
}

/** One pass over the chain. */
class Walk {
	#entries = 0;
	#first = 0;
	last = 0;
	hash = beginning;
	readonly #sealedAnew: number[] = [];
	/** Rows whose content is gone, until the entry comes that says so. */
	readonly #emptied = new Set<number>();
	/** What the first row comes after, when it is not the first of all: an entry further on must say that so much was trimmed. */
	#trimmed: { readonly through: number; readonly hash: string } | null = null;
	#broken: AuditCheck['broken'] = null;

	/** @returns whether to go on */
	step(row: AuditRow): boolean {
		if (this.#first === 0) this.#begin(row);
		else if (row.seq !== this.last + 1) return this.#break(this.last + 1, 'missing');
		if (row.previous !== this.hash || linkHash(row) !== row.hash) return this.#break(row.seq, 'changed');
		const detail = this.#read(row);
		if (detail === null) return false;
		this.#entries++;
		this.last = row.seq;
		this.hash = row.hash;
		if (row.kind === 'log-sealed') this.#sealedAnew.push(row.seq);
		if (row.kind === 'entries-emptied') for (const seq of numbersIn(String(detail['entries']))) this.#emptied.delete(seq);
		const cut = this.#trimmed;
		if (row.kind === 'log-trimmed' && cut !== null && detail['through'] === cut.through && detail['hash'] === cut.hash)
			this.#trimmed = null;
		return true;
	}

	fail(seq: number, why: Break): AuditCheck {
		this.#break(seq, why);
		return this.result();
	}

	finish(): AuditCheck {
		if (this.#trimmed !== null) return this.fail(this.#first - 1, 'missing');
		const [emptied] = this.#emptied;
		return emptied === undefined ? this.result() : this.fail(emptied, 'emptied');
	}

	result(): AuditCheck {
		return {
			entries: this.#entries,
			first: this.#first,
			last: this.last,
			sealedAnew: this.#sealedAnew,
			broken: this.#broken,
		};
	}

	#begin({ seq, previous }: AuditRow): void {
		this.#first = seq;
		if (seq === 1) return;
		this.hash = previous;
		this.#trimmed = { through: seq - 1, hash: previous };
	}

	/** What an entry says beside its kind. @returns `null` when that is not what was written */
	#read(row: AuditRow): Detail | null {
		if (row.salt === null) {
			this.#emptied.add(row.seq);
			return {};
		}
		const detail = JSON.parse(row.detail ?? '{}') as Detail;
		const { person_id: person, actor_id: actor, account, address, agent, salt } = row;
		const said = contentHash({ person, actor, account, address: address ?? '', agent: agent ?? '', detail, salt });
		if (said === row.content) return detail;
		this.#break(row.seq, 'changed');
		return null;
	}

	#break(seq: number, why: Break): false {
		this.#broken = { seq, why };
		return false;
	}
}

/** Numbers and ranges as `numbersText` writes them. */
function* numbersIn(text: string): Generator<number> {
	for (const part of text.split(',')) {
		const [from = 0, to = from] = part.split('-').map(Number);
		for (let seq = from; seq <= to; seq++) yield seq;
	}
}

/** Ascending numbers as text, neighbours as a range: `1-4,7`. */
export function numbersText(numbers: readonly number[]): string {
	const ranges: [number, number][] = [];
	for (const seq of numbers) {
		const last = ranges.at(-1);
		if (last !== undefined && last[1] + 1 === seq) last[1] = seq;
		else ranges.push([seq, seq]);
	}
	return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
