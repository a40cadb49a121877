import { encodeFrame, type Frame, packDeltas, serviceActor, type SpaceId } from '@mana/sync';
import { type Cursor, isBeforeHorizon, type SpaceStore } from '@mana/sync/space/index';
import type { Declared } from './grants.ts';
import { GONE } from './spaces/member-rows.ts';
import type { SyncStore } from './store.ts';

/** How often at least a word is said, in milliseconds: silence means that the connection is lost. */
const BEAT_MS = 1000;
/** How often all spaces are looked at, in milliseconds, for what other processes wrote. */
const LOOK_MS = 2000;
const CHUNK = 8192;
/** Seqs that may pass without a word when they hold nothing declared; what would be read again after a break is bounded by it. */
const LAG = 1000;

/** Who reads, what of every space, and from where. */
export interface ProjectionReading {
	readonly service: string;
	readonly reads: Declared;
	readonly cursors: ReadonlyMap<SpaceId, Cursor>;
}

interface Place {
	readonly epoch: number;
	/** Everything up to here was read. */
	seq: number;
	/** The last checkpoint that was told. */
	told: number;
	/** Whether that was the head of the space. */
	complete: boolean;
	/** Whether the reader was told the epoch. */
	opened: boolean;
	/** It is being told the state from its start. */
	anew: boolean;
}

/** What publications do to a reader. */
interface Reader {
	readonly dirty: Set<SpaceId>;
	/** Look at all spaces. */
	look: boolean;
	/** What is being read now, and whether somebody's right changed meanwhile. */
	current: SpaceId | null;
	stale: boolean;
	wake: () => void;
}

/**
 * Tells services what changes in the collections that their rows declare, over all spaces that let them (house.md, Data). Frames, for
 * ever: SUBBED names the epoch and the head, DELTA the newest state up to a seq from which the reader can go on, REVOKED that a space
 * is shut, PONG that everything known was told.
 */
export class ProjectionStream {
	readonly #store: SyncStore;
	readonly #spaces: SpaceStore;
	readonly #now: () => number;
	readonly #mayTell: () => boolean;
	readonly #readers = new Set<Reader>();

	/** @param now ms since 1970; @param mayTell whether this node may tell now what spaces hold */
	constructor(store: SyncStore, spaces: SpaceStore, now: () => number, mayTell: () => boolean) {
		this.#store = store;
		this.#spaces = spaces;
		this.#now = now;
		this.#mayTell = mayTell;
	}

	/** A space moved on. @param members somebody's right in it changed: what was read before is not told any more */
	changed(space: SpaceId, members: boolean): void {
		for (const reader of this.#readers) {
			reader.dirty.add(space);
			if (members && reader.current === space) reader.stale = true;
			reader.wake();
		}
	}

	/** Some spaces may have moved without a word: every reader looks for itself. */
	doubt(): void {
		for (const reader of this.#readers) {
			reader.look = true;
			reader.wake();
		}
	}

	/** Frames for one reader, one at a time and no faster than they are taken. */
	async *frames(reading: ProjectionReading, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
		const reader: Reader = { dirty: new Set(), look: true, current: null, stale: false, wake: () => undefined };
		const places = new Map<SpaceId, Place>();
		for (const [space, { epoch, seq }] of reading.cursors)
			places.set(space, { epoch, seq, told: seq, complete: false, opened: true, anew: seq === 0 });
		this.#readers.add(reader);
		try {
			for (let lookAt = 0; !signal.aborted;) {
				// What changes from here on ends the wait, also while the store is being read.
				const changed = wait(reader, signal);
				if (reader.look || this.#now() >= lookAt) {
					reader.look = false;
					lookAt = this.#now() + LOOK_MS;
					for (const space of await this.#moved(reading.service, places)) reader.dirty.add(space);
				}
				// A space that moves on meanwhile has to wait until all others had their turn.
				const moved = Array.from(reader.dirty);
				reader.dirty.clear();
				for (const space of moved) {
					for await (const frame of this.#space(space, reading, places, reader)) {
						// The reader comes again, perhaps to another node.
						if (!this.#mayTell()) return;
						yield encode(frame);
						if (signal.aborted) return;
					}
				}
				yield encode({ type: 'pong', clockMs: 0, serverMs: this.#now() });
				await changed;
			}
		} finally {
			reader.wake();
			this.#readers.delete(reader);
		}
	}

	/** What the reader lacks of one space. Rights and bytes come from one snapshot. */
	async *#space(
		space: SpaceId,
		{ service, reads }: ProjectionReading,
		places: Map<SpaceId, Place>,
		reader: Reader,
	): AsyncGenerator<Frame> {
		reader.current = space;
		for (;;) {
			reader.stale = false;
			const tail = await this.#spaces.readSince(space, places.get(space)?.seq ?? 0, CHUNK, serviceActor(service));
			if (reader.stale) continue;
			if (!tail?.access) {
				if (places.delete(space)) yield { type: 'revoked', space };
				return;
			}
			let place = places.get(space);
			if (place && !place.anew && isBeforeHorizon(place, { ...tail, beginnings: [] })) {
				// Some of what it should have been told to drop is forgotten: it drops everything.
				places.delete(space);
				yield { type: 'revoked', space };
				continue;
			}
			if (!place || place.epoch !== tail.epoch || place.seq > tail.seq) {
				const again = place !== undefined && place.seq > 0;
				places.set(space, (place = { epoch: tail.epoch, seq: 0, told: 0, complete: false, opened: false, anew: true }));
				if (again) continue;
			}
			const complete = tail.cells.length === 0 || tail.cells.at(-1)!.seq === tail.seq;
			place.seq = complete ? tail.seq : tail.cells.at(-1)!.seq;
			const cells = tail.cells.filter(({ collection }) => reads.covers(collection));
			if (cells.length > 0 || (complete && !place.complete) || place.seq - place.told > LAG) {
				if (!place.opened || !complete) yield opening(space, place.epoch, tail.seq);
				for (const delta of packDeltas(space, place.told, place.seq, false, cells)) {
					// A part that is cut off is told from its start, if at all.
					if (reader.stale) break;
					yield delta;
				}
				if (reader.stale) {
					Object.assign(place, { seq: place.told, opened: false });
					continue;
				}
				Object.assign(place, { told: place.seq, complete, opened: true });
			}
			if (complete) {
				place.anew = false;
				return;
			}
		}
	}

	/** The spaces in which a reader does not stand at the head, or stands and may not. */
	async #moved(service: string, places: ReadonlyMap<SpaceId, Place>): Promise<SpaceId[]> {
		const rows = await this.#store.db
			.selectFrom('space')
			.leftJoin('member', (join) =>
				join.onRef('member.space', '=', 'space.number').on('member.person', '=', serviceActor(service)),
			)
			.select(['space.id', 'space.epoch', 'space.seq', 'member.role'])
			.execute();
		const shut = new Set(places.keys());
		const moved: SpaceId[] = [];
		for (const { id, epoch, seq, role } of rows) {
			const space = id as SpaceId;
			if (role === GONE) continue;
			shut.delete(space);
			const place = places.get(space);
			if (place?.epoch !== epoch || place.seq !== seq) moved.push(space);
		}
		return [...shut, ...moved];
	}
}

/** Only epoch and head of it mean something to a service: it writes by requests of their own. */
function opening(space: SpaceId, epoch: number, seq: number): Frame {
	return { type: 'subbed', space, epoch, seq, actor: 0, nextN: 1, role: 'viewer' };
}

function encode(frame: Frame): Uint8Array<ArrayBuffer> {
	return encodeFrame(frame) as Uint8Array<ArrayBuffer>;
}

function wait(reader: Reader, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, BEAT_MS);
		reader.wake = done;
		signal.addEventListener('abort', done);
	});
}
