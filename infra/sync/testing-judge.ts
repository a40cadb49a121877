// For tests: a model of who may read what, in the plainest words and none of the service's own, that looks at everything that leaves it.
import type { RecordId, Value } from '@mana/model';
import { type Access, type Cell, type Frame, type Op, placeKey, type Role, type SpaceId } from '@mana/sync';
import type { ChunkRef } from '@mana/sync/snapshot/index';

/** Apps of whose records every member reads: what is used by all alike, and who is in the space. */
const FOR_ALL = [250, 254];

/** Who asks, under which rights at the earliest, and what they keep. */
export interface Asker {
	readonly person: string;
	/** Rights before this one ended before anything that is heard now was sent: a place in `Judge.rights`. */
	readonly since: number;
	/** `null`: everything. */
	readonly part: { readonly collection: number; keeps(value: Value): boolean } | null;
}

interface Version {
	readonly value: Value;
	/** The lowest seq that it can have, and the highest under which it was still there. */
	readonly low: number;
	high: number;
}

/**
 * Knows every right that anybody ever had, in order, and every write. A right counts from the moment in which it is asked for; it has ended once
 * its end was answered. Between the two, either is right.
 */
export class Judge {
	readonly space: SpaceId;
	readonly #rights: ReadonlyMap<string, Access | null>[] = [new Map()];
	/** How many of the rights are answered. */
	answered = 0;
	/** The highest seq that anybody heard of. */
	head = 0;
	/** What every accepted write comes to, and what nobody knows the fate of. */
	readonly state = new Map<string, Cell>();
	readonly unknown = new Set<string>();
	/** Of each record what the field held by which parts are kept. */
	readonly #versions = new Map<RecordId, Version[]>();
	readonly #routing: number;
	/** How much was judged, so that a judge who saw nothing is known as such. */
	readonly seen = new Map<Frame['type'] | 'chunk', number>();

	/** @param routing number of the field by which parts are kept */
	constructor(space: SpaceId, routing: number) {
		this.space = space;
		this.#routing = routing;
	}

	/** The newest right of somebody that was asked for. */
	now(person: string): Access | null {
		return this.#rights.at(-1)!.get(person) ?? null;
	}

	/** Somebody's right is about to change. @returns tells that it has, which is to be called when it was answered */
	change(person: string, access: Access | null): () => void {
		this.#rights.push(new Map(this.#rights.at(-1)).set(person, access));
		const place = this.#rights.length - 1;
		return () => (this.answered = Math.max(this.answered, place));
	}

	/** Every right that counts for who asks. */
	possible({ person, since }: Pick<Asker, 'person' | 'since'>): (Access | null)[] {
		return this.#rights.slice(since).map((rights) => rights.get(person) ?? null);
	}

	/** Something leaves for somebody. @throws what is wrong with that */
	leaves(frame: Frame, asker: Asker): void {
		this.#count(frame.type);
		if (!('space' in frame) || frame.space !== this.space || frame.type === 'revoked') return;
		const possible = this.possible(asker).filter((access) => access !== null);
		if (possible.length === 0) throw wrong(frame, asker, 'who is no member');
		const says = saidOf(frame);
		if (!possible.some(({ apps }) => says.every((collection) => mayRead(apps, collection))))
			throw wrong(frame, asker, `of collections ${[...new Set(says)].join()}, who may read ${show(possible)}`);
		if (frame.type === 'reach' && !possible.some(({ apps }) => String(apps) === String(frame.apps)))
			throw wrong(frame, asker, `of apps ${String(frame.apps)}, who may read ${show(possible)}`);
		if (frame.type === 'subbed') this.#role(frame.role, possible, frame, asker);
		if (asker.part) this.#ofPart(frame, asker, asker.part);
	}

	/** A chunk is answered. `null`: it was not, which is right for who may not read it. */
	chunk(ref: Pick<ChunkRef, 'collection'>, collections: readonly number[] | null, asker: Asker): void {
		const can = this.possible(asker).map((access) => access !== null && mayRead(access.apps, ref.collection));
		if (!collections) {
			if (can.every(Boolean)) throw new Error(`A chunk of ${ref.collection} is kept from ${asker.person}, who may read it.`);
			return;
		}
		this.#count('chunk');
		if (!can.some(Boolean)) throw new Error(`A chunk of ${ref.collection} leaves for ${asker.person}, who may not read it.`);
		const foreign = collections.find((collection) => collection !== ref.collection);
		if (foreign !== undefined) throw new Error(`A chunk of ${ref.collection} holds cells of ${foreign}.`);
	}

	/** A transaction is about to be sent. @returns what to call with its decision */
	wrote(asker: Asker, ops: readonly Op[], stamp: number, actor: number): (seq: number, refused: string | null) => void {
		const since = this.answered;
		const low = this.head + 1;
		const routes = ops.filter(({ field, collection }) => field === this.#routing && collection >> 8 < 250);
		const open: Version[] = [];
		for (const { record, value } of routes) {
			const version = { value, low, high: Infinity };
			open.push(version);
			this.#versions.set(record, [...(this.#versions.get(record) ?? []), version]);
		}
		return (seq, refused) => {
			this.head = Math.max(this.head, seq);
			const can = this.possible({ person: asker.person, since }).map((access) => mayWrite(access, ops));
			if (!refused && !can.some(Boolean)) throw new Error(`A write of ${asker.person} is accepted, who may not write there.`);
			if (refused && can.every(Boolean))
				throw new Error(`A write of ${asker.person} is refused (${refused}), who may write there.`);
			for (const [i, { record }] of routes.entries())
				for (const version of this.#versions.get(record)!) {
					if (refused && version === open[i]) version.high = -1;
					else if (!refused && version !== open[i] && version.low <= low) version.high = Math.min(version.high, seq);
				}
			if (!refused) for (const op of ops) this.#put({ ...op, stamp, actor });
		};
	}

	/** Whether nobody knows where a record stands in the field by which parts are kept. */
	isUnsure({ collection, record }: Pick<Cell, 'collection' | 'record'>): boolean {
		return this.unknown.has(placeKey({ collection, record, field: this.#routing, key: '' }));
	}

	/** Of which record a place is. */
	recordOf(place: string): Cell | undefined {
		return this.state.get(place);
	}

	/** What somebody's replica has to hold at the head. */
	expected(apps: Access['apps'], part: Asker['part']): Map<string, Value> {
		const keeps = ({ collection, record }: Cell) =>
			!part || collection !== part.collection || part.keeps(this.#valueOf(collection, record) ?? null);
		const visible = [...this.state].filter(([, cell]) => mayRead(apps, cell.collection) && keeps(cell));
		return new Map(visible.map(([place, { value }]) => [place, value]));
	}

	#valueOf(collection: number, record: RecordId): Value | undefined {
		return this.state.get(placeKey({ collection, record, field: this.#routing, key: '' }))?.value;
	}

	#put(cell: Cell): void {
		const held = this.state.get(placeKey(cell));
		if (!held || cell.stamp > held.stamp) this.state.set(placeKey(cell), cell);
	}

	#role(role: Role, possible: readonly Access[], frame: Frame, asker: Asker): void {
		if (!possible.some((access) => access.role === role)) throw wrong(frame, asker, `as ${role}, who is ${show(possible)}`);
	}

	/** Of a collection that is kept in part only records leave that stood in the part since; chunks of it do not leave at all. */
	#ofPart(frame: Frame, asker: Asker, { collection, keeps }: NonNullable<Asker['part']>): void {
		if (frame.type === 'snapshot' && frame.chunks.some((ref) => ref.collection === collection))
			throw wrong(frame, asker, `of collection ${collection}, of which a part is kept`);
		if (frame.type !== 'delta' && frame.type !== 'digest') return;
		const from = frame.type === 'delta' ? frame.from : frame.seq;
		for (const cell of frame.cells) {
			if (cell.collection !== collection) continue;
			const stood = (this.#versions.get(cell.record) ?? []).some(({ value, high }) => keeps(value) && high >= from);
			if (!stood) throw wrong(frame, asker, `of record ${cell.record}, which stands outside of the part since seq ${from}`);
		}
	}

	#count(type: Frame['type'] | 'chunk'): void {
		this.seen.set(type, (this.seen.get(type) ?? 0) + 1);
	}
}

/** Collections of which a frame says anything at all. */
function saidOf(frame: Frame): number[] {
	if (frame.type === 'delta') return frame.cells.map(({ collection }) => collection);
	if (frame.type === 'snapshot') return frame.chunks.map(({ collection }) => collection);
	if (frame.type === 'move') return frame.records.map(({ collection }) => collection);
	if (frame.type === 'presence') return frame.app === 0 ? [] : [frame.app * 256];
	if (frame.type !== 'digest') return [];
	const sums = frame.collection === 0 ? frame.sums.map(({ of }) => of) : [frame.collection];
	return [...(frame.sums.length > 0 ? sums : []), ...frame.cells.map(({ collection }) => collection)];
}

function mayRead(apps: Access['apps'], collection: number): boolean {
	const app = Math.floor(collection / 256);
	return apps === null || FOR_ALL.includes(app) || apps.includes(app);
}

function mayWrite(access: Access | null, ops: readonly Op[]): boolean {
	const writes = access !== null && ['editor', 'admin', 'owner'].includes(access.role);
	return writes && ops.every(({ collection }) => mayRead(access.apps, collection));
}

function show(possible: readonly (Access | null)[]): string {
	return possible.map((access) => (access ? `${access.role} of ${String(access.apps)}` : 'nothing')).join(' or ');
}

function wrong(frame: Frame, { person }: Asker, why: string): Error {
	return new Error(`A ${frame.type.toUpperCase()} leaves for ${person}, ${why}.`);
}
