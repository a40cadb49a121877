import { BadFrame, decodeFrame, encodeFrame } from '../codec/index.ts';
import type { Frame, FrameOf } from '../frames.ts';
import type { Cell, Place } from '../cell.ts';
import type { Client } from '../client/client.ts';
import type { ClientStore } from '../client/store.ts';
import type { TabMessage } from '../client/tabs.ts';
import { type Change, CLAIMS, type Found, isFolding, type SpaceStore } from '../space/index.ts';
import { systemFields, type Value } from '@mana/model';
import type { Pending } from '../client/pending.ts';
import { placeKey } from '../merge.ts';
import { isLeftover, isTombstone } from '../tombstone.ts';
import { FENCED } from './fencing.ts';
import { type newerThings, records, things, wrongThings } from './things.ts';
import type { NodeSabotage } from './node.ts';
import type { ServerDisk, SpaceFile } from './server-disk.ts';

/** A defect put in on purpose, to see that the simulator sees it. */
export interface Sabotage {
	/** Stands between the server and its disk. */
	store?(disk: ServerDisk): SpaceStore;
	/** Of servers that share the disk. */
	readonly nodes?: NodeSabotage;
	/** The server loses its power. */
	crash?(disk: ServerDisk): void;
	/** Stands between the network and a tab: the frames that it gets instead of the one that came. */
	receive?(frame: Uint8Array): readonly Uint8Array[];
	/** Stands between two tabs: what one hears in place of what the other said. */
	hear?(message: TabMessage): TabMessage;
	/** How far the committer's clock is off, ms. */
	readonly clockErrorMs?: number;
	/** Makes a tab's client defective. */
	damage?(client: Client): void;
	/** What the second build has in place of the right collection. */
	readonly newerThings?: typeof newerThings;
	/** A browser's disk says that it wrote when it did not. */
	readonly lazyDisks?: boolean;
	/** Stands between a tab and its store. */
	browserStore?(store: ClientStore): ClientStore;
}

/** Defects that engines like this one have had, each made anew for every run. */
export const sabotages: Readonly<Record<string, () => Sabotage>> = {
	'the server forgets its last commit in a crash': () => {
		let before: SpaceFile | null = null;
		return {
			store: (disk) =>
				over(disk, {
					transact: (needs, decide) =>
						disk.transact(needs, (found) => {
							before = disk.file;
							return decide(found);
						}),
				}),
			crash(disk) {
				if (before?.space.epoch === disk.file.space.epoch) disk.file = before;
			},
		};
	},
	'the server forgets which transactions it had': () =>
		reading((found) => ({
			...found,
			devices: new Map([...found.devices].map(([id, device]) => [id, { ...device, n: 0, decisions: [] }])),
		})),
	'the last one to arrive wins': () => reading((found) => ({ ...found, cells: new Map() })),
	'stamps from the future are taken as they are': () => ({ clockErrorMs: 20 * 365 * 86_400_000 }),
	'a cell gets lost on the way': () => receiving('delta', (delta) => [{ ...delta, cells: delta.cells.slice(1) }]),
	'a transaction is shown in two parts': () =>
		receiving('delta', (delta) => [
			{ ...delta, cells: delta.cells.slice(0, 1) },
			{ ...delta, cells: delta.cells.slice(1) },
		]),
	'a live change is not sent': () => {
		let count = 0;
		return receiving('delta', (delta) => (++count % 5 === 0 && !delta.more ? [{ ...delta, cells: [] }] : [delta]));
	},
	'more is acknowledged than was decided': () => receiving('ack', (ack) => [{ ...ack, n: ack.n + 1 }]),
	'an acknowledgement comes without its refusals': () => receiving('ack', (ack) => [{ ...ack, refused: [] }]),
	'the server reads for everybody what the owner may read': () => ({
		store: (disk) =>
			over(disk, {
				readSince: (space, after, chunk, _person, look) => disk.readSince(space, after, chunk, 'ana', look),
				readWindow: (space, window, after, chunk) => disk.readWindow(space, window, after, chunk, 'ana'),
			}),
	}),
	'nobody is told that the space was taken away': () => receiving('revoked', () => []),
	'nobody is told that an app was taken away': () => receiving('reach', () => []),
	'a snapshot claims more than its chunks hold': () =>
		receiving('snapshot', (snapshot) => [{ ...snapshot, seq: snapshot.seq + 1 }]),
	'a snapshot lacks a chunk': () => receiving('snapshot', (snapshot) => [{ ...snapshot, chunks: snapshot.chunks.slice(1) }]),
	'a device pushes more than the server has room for': () =>
		receiving('credit', (credit) => [{ ...credit, bytes: credit.bytes * 1024 }]),
	'nobody compares digests': () => receiving('digest', () => []),
	'what should mend something is empty': () => receiving('digest', (digest) => [{ ...digest, cells: [] }]),
	'of what a browser keeps in part nothing is compared': () =>
		receiving('digest', (digest) => [{ ...digest, sums: digest.sums.filter(({ of }) => of !== things.number) }]),
	'a browser says that it stored what it did not': () => ({ lazyDisks: true }),
	'the disk takes what an earlier leader writes': () => ({
		browserStore: (store) =>
			new Proxy(store, {
				get(target, name) {
					const of: unknown = Reflect.get(target, name, target);
					if (typeof of !== 'function') return of;
					const place = FENCED[name as keyof ClientStore];
					return (...given: unknown[]) =>
						Reflect.apply(of, target, place === undefined ? given : given.with(place, Number.MAX_SAFE_INTEGER));
				},
			}),
	}),
	'a tab shows what another wrote before what that one had seen': () => ({
		hear: (message) => (message.kind === 'committed' ? { ...message, epoch: 0 } : message),
	}),
	'a device does not mind the stamps that it sees': () => ({
		damage: ({ mana: { replica } }) => void Object.defineProperty(replica, 'seenStamp', { get: () => 0, set() {} }),
	}),
	'a step of a counter rests on one that is still on its way': () => ({
		damage: ({ mana: { replica } }) => void (replica.isPending = () => false),
	}),
	'all tabs count under one name': () => ({
		damage: ({ mana }) => void Object.defineProperty(mana, 'keyName', { get: () => 'everybody', set() {} }),
	}),
	'a guarded register is written without looking': () =>
		reading((found) => ({ ...found, cells: without(found.cells, ({ field }) => field === things.fields.price.number) })),
	'the server does not walk up the tree': () => looking(({ collection }) => collection === CLAIMS),
	'the server does not look who has a name': () => looking(({ collection }) => collection !== CLAIMS),
	'the server does not mind whether a record moved on': () => reading((found) => ({ ...found, moved: new Map() })),
	'a text is cleared and what it was merged into is not written': () =>
		writing((change) => {
			const texts = change.cells.filter(({ field }) => field === things.fields.text.number);
			const merged = texts.some(({ value }) => value === null);
			return merged ? { ...change, cells: change.cells.filter((cell) => cell.value === null || !texts.includes(cell)) } : change;
		}),
	'folding does not write the sum': () =>
		writing((change) => ({ ...change, cells: change.cells.filter((cell) => !isFolding(cell) || isFolded(cell)) })),
	'a part is forgotten before it is folded': () =>
		writing((change) => {
			const erased = change.cells.filter((cell) => isFolding(cell) && isFolded(cell));
			return { ...change, cells: change.cells.filter((cell) => !isFolding(cell)), erased: [...change.erased, ...erased] };
		}),
	'nobody is told that something was forgotten': () => receiving('renew', () => []),
	'the server does not know from where on it has forgotten': () =>
		writing((change) => ({ ...change, space: { ...change.space, horizon: 0 } })),
	'a record that is gone is written to': () =>
		reading((found) => ({ ...found, cells: without(found.cells, (cell) => cell.field === systemFields.purged.number) })),
	'purging a record takes another with it': () => {
		const other = { collection: things.number, record: records[0]! };
		return writing((change) => (change.purged.length > 0 ? { ...change, purged: [...change.purged, other] } : change));
	},
	'a client keeps what was purged': () => ({
		damage: ({ mana: { replica } }) => {
			const merge = replica.merge.bind(replica);
			replica.merge = (cells) => merge([...cells].filter((cell) => !isTombstone(cell)));
		},
	}),
	'what was written about a forgotten record is sent as if nothing had happened': () => ({
		damage: ({ mana: { replica } }) => void (replica.knows = () => false),
	}),
	'nobody is told that a record left the part that is kept': () => receiving('move', () => []),
	'what comes into a part comes without what it had before': () => ({
		store: (disk) =>
			over(disk, {
				readSince: (space, after, chunk, person, look) =>
					disk.readSince(space, after, chunk, person, look && { ...look, whole: (routes) => (look.whole(routes), []) }),
			}),
	}),
	'what a wider part lacks is not looked for': () => ({
		store: (disk) =>
			over(disk, {
				async readWindow(...question) {
					const part = await disk.readWindow(...question);
					return part && { ...part, cells: [] };
				},
			}),
	}),
	'everything is sent to whoever keeps a part': () => ({
		store: (disk) =>
			over(disk, {
				readSince: (space, after, chunk, person, look) =>
					disk.readSince(space, after, chunk, person, look && { ...look, routes: () => false }),
			}),
	}),
	'a record goes although something of it is unsent': () => ({
		damage: ({ mana: { replica } }) => {
			const evict = replica.evict.bind(replica);
			replica.isUnfinished = () => false;
			replica.evict = (names) => {
				const gone = [...names];
				for (const pending of replica.pending)
					if (pending.ops.some((op) => gone.some(({ record }) => record === op.record))) replica.remove(pending);
				evict(gone);
			};
		},
	}),
	'a device brings nothing back to a server that went back': () => ({
		damage({ upstream }) {
			const confirmed = upstream!.confirmed.bind(upstream);
			upstream!.confirmed = (patch) => confirmed(patch.replace ? { ...patch, renewed: true } : patch);
		},
	}),
	'a device does not notice that the server forgot what it had decided': () => ({
		damage({ upstream }) {
			const disown = upstream!.disown.bind(upstream);
			upstream!.disown = () => disown(false);
		},
	}),
	'undo does not look who wrote since': () => ({
		damage({ mana: { history, replica } }) {
			const own = new Map<string, { readonly value: Value; readonly by: Pending }>();
			const [add, undo, shown] = [replica.add.bind(replica), history.undo.bind(history), replica.register.bind(replica)];
			replica.add = (pending) => {
				for (const op of pending.ops) own.set(placeKey(op), { value: op.value, by: pending });
				add(pending);
			};
			history.undo = () => {
				replica.register = (place) => {
					const last = own.get(placeKey(place));
					return last ? { value: last.value, stamp: last.by.stamp, actor: replica.actor } : shown(place);
				};
				const done = undo();
				replica.register = shown;
				return done;
			};
		},
	}),
	'a lens is wrong': () => ({ newerThings: wrongThings }),
	'a node that stood still commits all the same': () => ({ nodes: { commitsLate: true } }),
	'a node that misses a hint never looks': () => ({ nodes: { looksNever: true } }),
};

/** The same of servers that share the disk, which only a removal at the wrong moment shows (`removalPlan`). */
export const removalSabotages: Readonly<Record<string, () => Sabotage>> = {
	'a node sends without a lease': () => ({ nodes: { tellsAlways: true } }),
	'who ends a right does not wait for the other node': () => ({ nodes: { waitsForNobody: true } }),
};

/** The disk, but for some of what it does. */
function over(disk: ServerDisk, changed: Partial<SpaceStore>): SpaceStore {
	return {
		transact: (...question) => disk.transact(...question),
		readSince: (...question) => disk.readSince(...question),
		readWindow: (...question) => disk.readWindow(...question),
		...changed,
	};
}

/** The server reads only some of what it should look at beside what is written. */
function looking(at: (place: Place) => boolean): Sabotage {
	return {
		store: (disk) =>
			over(disk, {
				transact: (needs, decide) =>
					disk.transact(
						needs.map((need) => ({ ...need, further: (read) => need.further(read).filter(at) })),
						decide,
					),
			}),
	};
}

function writing(change: (change: Change) => Change): Sabotage {
	return {
		store: (disk) => over(disk, { transact: (needs, decide) => disk.transact(needs, (found) => decide(found).map(change)) }),
	};
}

function without(cells: Found['cells'], gone: (cell: Place) => boolean): Found['cells'] {
	return new Map([...cells].filter(([, cell]) => !gone(cell)));
}

function isFolded(cell: Cell): boolean {
	return cell.field === things.fields.count.number && isLeftover(cell);
}

function reading(change: (found: Found) => Found): Sabotage {
	return {
		store: (disk) => over(disk, { transact: (needs, decide) => disk.transact(needs, (found) => decide(found.map(change))) }),
	};
}

function receiving<T extends Frame['type']>(type: T, change: (frame: FrameOf<T>) => readonly Frame[]): Sabotage {
	return {
		receive(bytes) {
			const frame = wholeFrame(bytes);
			return frame?.type === type ? change(frame as FrameOf<T>).map(encodeFrame) : [bytes];
		},
	};
}

/** `null`: it was broken off on the way. */
function wholeFrame(bytes: Uint8Array): Frame | null {
	try {
		return decodeFrame(bytes);
	} catch (error) {
		if (error instanceof BadFrame) return null;
		throw error;
	}
}
