import type { Cell, DeviceId, Transaction } from '../../cell.ts';
import { appOf } from '@mana/model';
import { MAX_DRIFT_MS, stampAt } from '../../clock.ts';
import type { Ack, Digest, Presence, Subbed, Welcome } from '../../frames.ts';
import { visibleTo } from '../../permission.ts';
import type { HistoryQuestion, RecordChanges } from '../../record-history.ts';
import { type Scope, widening } from '../../scope.ts';
import type { PackedChunk } from '../../snapshot/packed.ts';
import type { ChunkHash } from '../../snapshot/manifest.ts';
import { type DigestState, HistoryUnavailable, type Kept, type SyncState } from '../api.ts';
import type { Confirmed } from './checkup.ts';
import type { Remote } from '../client-parts.ts';
import { Company } from './company.ts';
import type { Conflict } from '../conflicts.ts';
import type { NamedChunk } from './download.ts';
import { groundOf, type Grounded, neededFrom } from '../ground.ts';
import { Intake } from './intake.ts';
import { KeptHere, thrifty } from './keeping.ts';
import type { Keeping } from '../kept.ts';
import { Leaving } from './leaving.ts';
import { SignedOut } from '../link.ts';
import type { OnDisk } from '../on-disk.ts';
import type { OwnWrites } from '../own-writes.ts';
import type { Pending } from '../pending.ts';
import type { Here } from '../position.ts';
import type * as large from '../large/index.ts';
import { Session } from './session.ts';
import type { Problem, SessionHost } from './session-host.ts';
import type { Ahead, RemotePatch, SpaceRow } from '../store.ts';
import type { TabState } from '../tab-state.ts';
import { untwinnedFrom } from '../twin.ts';
import { wipe } from './wipe.ts';

interface UpstreamParts {
	readonly state: TabState;
	readonly remote: Remote;
	readonly writes: OwnWrites;
	readonly disk: OnDisk;
	/** Tells the other tabs how sync is going. */
	tellSync(): void;
	/** Stops this tab at once. */
	abandon(): void;
}

/**
 * What one tab has to do with the server: takes in what it says, in memory, on the disk and for the other tabs, and answers what the
 * conversation with it has to know. A guest has none.
 */
export class Upstream implements SessionHost {
	readonly session: Session;
	readonly kept: Kept;
	readonly company: Company;
	readonly #state: TabState;
	readonly #remote: Remote;
	readonly #parts: UpstreamParts;
	readonly #part: Leaving;
	readonly intake: Intake;
	#large: typeof large | null = null;
	/** The number from which on the server had decided nothing of this device when it was last asked. */
	#undecidedFrom = 1;

	constructor(parts: UpstreamParts) {
		const { state, remote } = parts;
		const { conversation } = remote;
		const { env } = state.parts;
		this.#parts = parts;
		this.#state = state;
		this.#remote = remote;
		this.#part = new Leaving(state);
		this.intake = new Intake(state);
		this.session = new Session({ ...remote, reading: conversation.chunks, checkup: conversation.checkup, env, host: this });
		this.company = new Company(state, this.session, conversation.presence);
		this.kept = new KeptHere({
			where: () => state.space,
			keeping: () => state.keeping,
			keep: this.#keep.bind(this),
			now: () => this.#now,
			report: state.parts.report,
			mana: state.mana,
		});
	}

	/** Time has passed, in the tab that leads. */
	tick(): void {
		this.#part.release();
		this.#setClockRight();
	}

	async askHistory(question: HistoryQuestion): Promise<RecordChanges> {
		const { id } = this.#state.space;
		const { history } = this.#remote;
		if (!id || !history) throw new HistoryUnavailable('offline');
		try {
			const { token } = await this.#remote.token();
			return await history(id, question, token);
		} catch (error) {
			if (error instanceof HistoryUnavailable) throw error;
			throw new HistoryUnavailable(error instanceof SignedOut ? 'signed-out' : 'offline');
		}
	}

	/** Notes what transactions rest on that an action of this tab has just written. */
	ground(written: readonly Pending[]): void {
		const { space, replica } = this.#state;
		if (space.epoch > 0) for (const pending of written) pending.ground = groundOf(replica, space, pending.ops);
	}

	/** What stands on the disk is not what is shown here: all of it is written anew. */
	rewrite(): void {
		if (!this.leads) return;
		const { found, mended } = this.digest;
		this.#writeAnew([...this.#state.replica.allCells()]);
		this.state({ digest: { ...this.digest, found: found + 1, mended: mended + 1 } });
	}

	/** The space was taken from this person: memory, journal, pages and outbox go, at once and for good. */
	wipe(): void {
		void wipe(this.#state, this.#parts.abandon);
	}

	// SessionHost: what the conversation with the server needs

	get device(): DeviceId {
		return this.#state.device;
	}

	get space(): Here {
		return this.#state.space;
	}

	get from(): number {
		const { replica, space } = this.#state;
		let { seq } = space;
		if (seq > 0) for (const one of this.unsentFrom(this.doneN + 1)) seq = Math.min(neededFrom(replica, space, one), seq);
		return seq;
	}

	isBelow(written: Grounded, asked: number): boolean {
		const { replica, space } = this.#state;
		const { ground } = written;
		if (ground?.epoch === space.epoch && ground.seq >= asked) return false;
		return neededFrom(replica, space, written) < asked;
	}

	get isUnsure(): boolean {
		const { epoch, seq } = this.space;
		if (epoch || seq) return false;
		if (!this.#state.isFirst) return true;
		for (const { ground } of this.unsentFrom(this.doneN + 1)) if (ground) return true;
		return false;
	}

	get doneN(): number {
		return this.#state.outbox.doneN;
	}

	get knownN(): number {
		return this.#state.outbox.knownN;
	}

	get nextN(): number {
		return this.#state.outbox.nextN;
	}

	unsentFrom(from: number): Iterable<Transaction & Grounded> {
		return this.#state.outbox.from(from);
	}

	get first(): readonly number[] {
		return this.#remote.first?.() ?? [];
	}

	chunk(hash: ChunkHash): PackedChunk | undefined {
		return this.#state.download.chunk(hash);
	}

	fetched(hash: ChunkHash, bytes: Uint8Array, chunk: PackedChunk): void {
		this.#state.download.fetched(hash, chunk);
		this.#state.keeper.write((store, generation) => store.keepChunk(hash, bytes, generation));
	}

	preview(chunks: readonly NamedChunk[]): void {
		this.intake.preview(chunks);
	}

	welcomed({ person, personal, outdated }: Welcome): Problem | null {
		const { mana, keeper, parts, space } = this.#state;
		if (person !== this.#remote.person) return { code: 'other-person', detail: 'This browser is signed in as somebody else.' };
		mana.refresh({ outdated });
		mana.retryOutdated().catch((error: unknown) => parts.report(error));
		if (this.#remote.space ? space.id === this.#remote.space : space.id === personal) return null;
		if (space.id !== null) {
			return { code: 'other-space', detail: 'The server does not have the space that this device was synced with.' };
		}
		this.#state.space = { ...space, id: personal };
		keeper.write((store, generation) => store.learn({ id: personal, person }, generation));
		return null;
	}

	subbed({ actor, nextN }: Subbed): void {
		this.#undecidedFrom = nextN;
		this.company.anew();
		const { outbox, space, replica, keeper } = this.#state;
		outbox.forgetAcks();
		if (actor === space.actor) return;
		this.#state.space = { ...space, actor };
		replica.actor = actor;
		keeper.write((store, generation) => store.learn({ actor }, generation));
	}

	getReady(patch: RemotePatch): Promise<unknown> | null {
		return patch.replace ? this.#loadReplacing() : this.intake.getReady(patch);
	}

	/** Another history is rare: what handles it is loaded then. */
	async #loadReplacing(): Promise<void> {
		this.#large = await this.#remote.conversation.large();
	}

	confirmed(remote: RemotePatch): void {
		const { epoch, to, chunks, replace, renewed, reach, scope } = remote;
		const { replica, keeper, tabs, outbox, parts, mana } = this.#state;
		const { seq: from, scope: earlier } = this.#state.space;
		const ahead = replace ? this.#aheadOf(remote, renewed) : null;
		this.#state.changedAt = parts.env.elapsed();
		const seq = replace ? to : Math.max(from, to);
		const changes = { ...(reach !== undefined && { reach }), ...(scope !== undefined && { scope }) };
		this.#state.space = { ...this.space, epoch, seq, ...changes, ...(replace && !renewed && { leaving: [] }) };
		const whole = this.space.reach;
		replica.seq = seq;
		// What was decided under our old numbers must not be taken for decisions on the new ones.
		if (ahead) this.session.stop();
		replica.anew = [];
		replica.batch(() => {
			this.intake.show(remote);
			const { cells, gone, leaving } = this.#part.leave(remote, earlier);
			replica.sweep();
			const patch = { epoch, to: seq, cells, replace, gone, leaving, ...(chunks && { chunks }), ...changes };
			keeper.bring(
				async (store, generation) => {
					const large = await this.#state.large(cells.length);
					const encoded = large && (await large.pace(large.encoded(cells)));
					return store.applyRemote({ ...patch, ahead, ...(encoded && { encoded }) }, generation);
				},
				async ([cells, ...more]) => {
					const told = { device: this.device, epoch, from, to, reach: whole, gone, leaving };
					if (!replace && !chunks && reach === undefined && scope === undefined) {
						if (more.length === 0) return tabs.post({ kind: 'confirmed', ...told, cells: cells! });
						return tabs.post({ kind: 'came', ...told, parts: [cells!, ...more] });
					}
					tabs.post({ kind: 'reload' });
					if (ahead) await this.#parts.disk.reload();
				},
			);
			if (!ahead) return this.#parts.writes.settle();
			// Until they are read from there, nothing goes back to what they said.
			if (ahead.refuse)
				for (const pending of replica.pending)
					if (pending.n !== null && !pending.refused && ahead.refuse.which(pending)) replica.refuse(pending, ahead.refuse.reason);
			// They get their numbers from the disk; until then they are shown.
			for (const transaction of ahead.transactions) {
				replica.add({ ...transaction, n: 0, ackedSeq: null, refused: null });
				outbox.lastStamp = Math.max(outbox.lastStamp, transaction.stamp); // what is written now comes after
			}
		});
		this.#part.release();
		mana.refresh();
	}

	/** What is to be sent anew, or to wait for the person, now that the history of the space is another one. */
	#aheadOf({ chunks = [], cells, epoch, to: seq }: RemotePatch, renewed = false): Ahead | null {
		const { replica, parts, isFirst, outbox, space } = this.#state;
		const { afterRestore, afterRenewal, cellsOfChunk } = this.#large!;
		const all = [...chunks.flatMap(({ chunk }) => [...cellsOfChunk(chunk)]), ...cells]; // older ones first
		if (!renewed) return afterRestore(replica, all, parts.env.randomBytes, outbox.stamps);
		// A copy of this profile may have sent what stands here under the number of another device; in another history, whoever brought it back.
		const ours = isFirst && (space.epoch === 0 || space.epoch === epoch);
		// So may a tab of this one that went on without its disk.
		const undecidedFrom = ours ? Math.max(this.#undecidedFrom, untwinnedFrom(parts.notes, this.device)) : Infinity;
		return afterRenewal(replica, { epoch, seq, cells: all }, parts.env.randomBytes, undecidedFrom);
	}

	get wanted(): Scope | null {
		return this.#part.wanted;
	}

	holdUnsent(): void {
		this.#part.holdUnsent();
	}

	/** What the person wants to be kept here changes: on the disk, in all tabs, and in what the server is asked for. */
	async #keep(change: (keeping: Keeping, now: number) => Keeping): Promise<void> {
		await this.#noteKept(change);
		this.session.rescope();
		this.#state.mana.refresh();
	}

	async #noteKept(change: (keeping: Keeping, now: number) => Keeping): Promise<void> {
		const { keeper, tabs } = this.#state;
		const now = this.#now;
		const keeping = await keeper.store.keep((keeping) => change(keeping, now));
		this.#state.keeping = keeping;
		tabs.post({ kind: 'keeping', keeping });
	}

	/**
	 * Room is short: lets go of what nobody looks at and nobody wants to be kept, at once, for what is left is as whole as before. All of it
	 * comes back when somebody looks.
	 */
	async makeRoom(): Promise<void> {
		const apps = [...new Set((this.#remote.parts ?? []).map(({ number }) => appOf(number)))];
		if (!this.leads || this.space.seq === 0 || apps.length === 0) return;
		await this.#noteKept((keeping, now) => thrifty(keeping, apps, now));
		const { epoch, seq, scope: held, leaving } = this.space;
		const { wanted } = this;
		const change = wanted && widening(held, wanted);
		const less = change && !change.fromStart && change.lack.windows.length === 0 && change.lack.records.length === 0;
		// What is on its way out is asked for by its name first.
		if (less && this.leads && leaving.length === 0) this.confirmed({ epoch, to: seq, cells: [], replace: false, scope: wanted });
		this.session.rescope();
		this.#parts.disk.checkpoint();
		this.#state.mana.refresh();
	}

	/** The time as the server has it, as far as we know. */
	get #now(): number {
		return Math.round(this.#state.parts.env.now() + this.#state.mana.skewMs);
	}

	acked(ack: Ack): void {
		const { replica, outbox, mana } = this.#state;
		replica.batch(() => {
			outbox.acked(ack);
			this.#parts.writes.settle();
			this.#part.release();
		});
		mana.refresh();
	}

	get digest(): DigestState {
		return this.#state.mana.sync.digest;
	}

	get confirmedState(): Confirmed {
		return this.#state.replica;
	}

	get leads(): boolean {
		return this.#state.leads;
	}

	get live(): boolean {
		const { phase, firstSync } = this.#state.mana.sync;
		return phase === 'live' && firstSync === null;
	}

	present(frame: Presence): void {
		this.company.heard(frame);
	}

	forward(question: Digest): void {
		this.#state.tabs.post({ kind: 'question', question, part: JSON.stringify(this.space.scope) });
	}

	differs(): void {
		this.#state.tabs.post({ kind: 'differs' });
	}

	replaced(cells: readonly Cell[]): void {
		this.#keepOnly(cells, [], this.space.reach);
	}

	narrowed(reach: readonly number[]): void {
		const { replica, mana, space, download } = this.#state;
		// A part of a first download is no state to keep: it begins anew.
		const cells = space.seq === 0 ? [] : [...visibleTo({ apps: reach }, [...replica.allCells()])];
		const conflicts = mana.conflicts();
		const kept = visibleTo({ apps: reach }, conflicts);
		mana.noteConflicts([], kept);
		this.#state.space = { ...space, leaving: visibleTo({ apps: reach }, space.leaving) };
		download.forget();
		this.#keepOnly(
			cells,
			conflicts.filter((conflict) => !kept.includes(conflict)),
			reach,
		);
	}

	/** Puts cells in the place of all that is confirmed, at the same checkpoint. */
	#keepOnly(cells: readonly Cell[], conflicts: readonly Conflict[], reach: SpaceRow['reach']): void {
		const { replica, mana } = this.#state;
		this.#state.space = { ...this.space, reach };
		this.#writeAnew(cells, conflicts);
		replica.replace(cells);
		mana.refresh();
	}

	/** Puts cells in the place of all that is on the disk, at the same checkpoint; other tabs read it from there. */
	#writeAnew(cells: readonly Cell[], conflicts: readonly Conflict[] = []): void {
		const { keeper, tabs } = this.#state;
		const { epoch, seq, leaving, reach } = this.space;
		keeper.write(async (store, generation) => {
			await store.applyRemote({ epoch, to: seq, cells, replace: true, reach, leaving }, generation);
			for (const { id } of conflicts) await store.forgetConflict(id);
			tabs.post({ kind: 'reload' });
		});
	}

	revoked(): void {
		this.#state.tabs.post({ kind: 'revoked' });
		this.wipe();
	}

	async disown(wentBack: boolean): Promise<void> {
		const { disowned } = await this.#remote.conversation.large();
		await disowned(this.#state, this.#parts.disk, wentBack);
	}

	clockMeasured(skewMs: number): void {
		const { mana, keeper } = this.#state;
		const moved = Math.abs(skewMs - mana.skewMs) > 250;
		mana.skewMs = skewMs;
		if (moved) keeper.write((store, generation) => store.learn({ skewMs }, generation));
	}

	state(change: Partial<SyncState>): void {
		this.#state.mana.refresh(change);
		this.#parts.tellSync();
	}

	/** After a time with a clock far in front, stamps may go back to the right time once nothing wrong is on its way. */
	#setClockRight(): void {
		const { parts, mana, outbox, replica, keeper } = this.#state;
		const now = parts.env.now() + mana.skewMs;
		const tooFar = outbox.lastStamp > stampAt(now + 2 * MAX_DRIFT_MS);
		if (!this.live || !tooFar || replica.pending.size > 0) return;
		const clock = Math.max(stampAt(now), replica.seenStamp);
		outbox.lastStamp = clock;
		keeper.write((store, generation) => store.learn({ clock }, generation));
	}
}
