import type { Cell } from '../cell.ts';
import { ByteReader, readCells } from '../codec/index.ts';
import { sameReach } from '../same-reach.ts';
import type { Standing } from './api.ts';
import type { OnDisk } from './on-disk.ts';
import type { OwnWrites } from './own-writes.ts';
import type { TabState } from './tab-state.ts';
import type { TabMessage } from './tabs.ts';
import type { Upstream } from './conversation/upstream.ts';

/** How long the inspector waits for the leading tab. */
const INSPECTION_MS = 900;

interface TabTalkParts {
	readonly state: TabState;
	readonly writes: OwnWrites;
	readonly disk: OnDisk;
	/** `null` for a guest. */
	readonly upstream: () => Upstream | null;
	/** Stops this tab at once. */
	abandon(): void;
}

/** What one tab hears from the others of this browser, and what it makes of it. */
export class TabTalk {
	readonly #state: TabState;
	readonly #parts: TabTalkParts;
	/** Who waits for the leading tab to tell where it stands. */
	readonly #inspectors = new Set<(standing: Standing) => void>();
	/** What was heard while a large checkpoint is got ready: it comes after that. `null` while nothing has to wait. */
	#waiting: TabMessage[] | null = null;

	constructor(parts: TabTalkParts) {
		this.#parts = parts;
		this.#state = parts.state;
	}

	hear(message: TabMessage): void {
		if (this.#waiting && message.kind !== 'revoked' && message.kind !== 'forgetting') this.#waiting.push(message);
		else this.#take(message);
	}

	#take(message: TabMessage): void {
		const { mana, session, tabs, outbox, device, leads } = this.#state;
		const { writes, disk, upstream } = this.#parts;
		if (this.#state.closed) return;
		if ('device' in message && message.device !== device) return void disk.reload();
		switch (message.kind) {
			case 'committed':
				return writes.heard(message);
			case 'confirmed':
				return this.#confirmed(message, readCells(new ByteReader(message.cells)));
			case 'came':
				return this.#came(message);
			case 'acked':
				mana.noteConflicts(outbox.settled(message.ack));
				return mana.refresh();
			case 'forgotten':
				return writes.forgotten(message.stamp);
			case 'keeping':
				this.#state.keeping = message.keeping;
				session?.rescope();
				return mana.refresh();
			case 'conflict-settled':
				return mana.dropConflict(message.id);
			case 'sync':
				return this.#heardSync(message);
			case 'presence':
				return upstream()?.company.told(message.message);
			case 'question':
				return session?.ask(message.question, message.part, (answer) => tabs.post({ kind: 'answer', answer }));
			case 'answer':
				return session?.answered(message.answer);
			case 'differs':
				return upstream()?.rewrite();
			case 'waking':
				return session?.wake();
			case 'inspecting':
				if (leads) tabs.post({ kind: 'inspected', standing: this.#standing() });
				return;
			case 'inspected':
				for (const resolve of this.#inspectors) resolve(message.standing);
				return this.#inspectors.clear();
			case 'asking':
				return this.tellSync();
			case 'reload':
				return void disk.reload();
			case 'revoked':
				return upstream()?.wipe();
			case 'forgetting':
				return this.#forgotten();
		}
	}

	/** Tells the other tabs how sync is going. */
	tellSync(): void {
		const { keeper, space, mana, tabs } = this.#state;
		if (keeper.generation === null) return;
		const { id, actor } = space;
		tabs.post({
			kind: 'sync',
			generation: keeper.generation,
			state: mana.sync,
			space: { id, actor },
			skewMs: mana.skewMs,
		});
	}

	/** Where the leading tab stands; where none answers, what this one knows. */
	inspect(): Promise<Standing> {
		const { leads, tabs, parts } = this.#state;
		if (leads) return Promise.resolve(this.#standing());
		const { promise, resolve } = Promise.withResolvers<Standing>();
		this.#inspectors.add(resolve);
		tabs.post({ kind: 'inspecting' });
		const stop = parts.env.every(INSPECTION_MS, () => {
			stop();
			this.#inspectors.delete(resolve);
			resolve(this.#standing());
		});
		return promise;
	}

	/** A large one: it is read and got ready in slices. */
	#came(message: TabMessage & { readonly kind: 'came' }): void {
		const { report } = this.#state.parts;
		const { parts, gone } = message;
		this.#waiting = [];
		const read = async () => {
			const large = await this.#state.large(Infinity);
			if (!large) return null;
			const cells = await large.pace(large.decoded(parts));
			if (gone.length === 0) await this.#parts.upstream()?.intake.getReady({ cells });
			return cells;
		};
		const goOn = (take: () => void) => {
			const messages = this.#waiting ?? [];
			this.#waiting = null;
			if (!this.#state.closed) take();
			for (const next of messages) this.hear(next);
		};
		const reload = () => void this.#parts.disk.reload();
		read().then(
			(cells) => goOn(() => (cells ? this.#confirmed(message, cells) : reload())),
			(error: unknown) => {
				report(error);
				goOn(reload);
			},
		);
	}

	/** The leading tab took in a checkpoint. */
	#confirmed(message: TabMessage & { readonly kind: 'confirmed' | 'came' }, cells: readonly Cell[]): void {
		const { space, replica, session } = this.#state;
		const { writes, disk, upstream } = this.#parts;
		const { seq, epoch, reach } = space;
		// The state from its start says nothing of what left meanwhile, or was forgotten.
		const isAnother = seq > 0 && (epoch !== message.epoch || message.from === 0);
		if (isAnother || message.from > seq || !sameReach({ apps: message.reach }, { apps: reach })) return void disk.reload();
		if (message.to <= seq && message.gone.length === 0) return;
		// This tab led until now, and took in what is not on the disk: what went there is here still.
		if (message.to < seq) return void disk.reload();
		const merge = () => {
			this.#state.space = { ...this.#state.space, epoch: message.epoch, seq: message.to, leaving: message.leaving };
			replica.seq = message.to;
			replica.batch(() => {
				replica.evict(message.gone);
				const intake = upstream()?.intake;
				if (intake) intake.show({ cells });
				else replica.merge(cells);
				replica.sweep();
			});
		};
		if (session) session.around(cells, merge);
		else merge();
		writes.takeEarly();
	}

	/** Not of the apps that may be read: those are heard of together with what lies in them, from the disk. */
	#heardSync({ state, space, skewMs }: TabMessage & { readonly kind: 'sync' }): void {
		const { leads, mana, replica, outbox, keeper } = this.#state;
		if (leads) return;
		this.#state.space = { ...this.#state.space, ...space };
		this.#state.speakAs(space.actor);
		mana.skewMs = skewMs;
		if (replica.pending.size === 0) outbox.lastStamp = 0;
		mana.refresh({ ...state, leader: false, durable: keeper.store.durable });
	}

	/** This account was removed from the device. */
	#forgotten(): void {
		this.#parts.abandon();
		this.#state.keeper.store.close();
		this.#state.mana.refresh({
			phase: 'stopped',
			durable: false,
			problem: { code: 'forgotten', detail: 'This account was removed from this device.' },
		});
	}

	#standing(): Standing {
		const { device, space, keeper, outbox, mana, session } = this.#state;
		const { id, epoch, seq, actor, reach, scope } = space;
		const { generation, store } = keeper;
		const { entries, bytes } = store.journalSize;
		const { nextN, doneN } = outbox;
		const conversation = generation === null ? null : (session?.standing ?? null);
		const part = scope && { windows: scope.windows.length, records: scope.records.length };
		const where = { device, space: id, epoch, seq, actor, reach, part, nextN, doneN };
		return { ...where, skewMs: mana.skewMs, generation, journal: { entries, bytes }, conversation };
	}
}
