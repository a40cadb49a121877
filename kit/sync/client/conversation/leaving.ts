import { type Name, nameKey } from '../../name.ts';
import type { Scope } from '../../scope.ts';
import { wasKnown } from '../ground.ts';
import { without } from '../journal-row.ts';
import { isAll, outside, scopeOf } from './keeping.ts';
import { Referred } from './referred.ts';
import type { RemotePatch, Stayed } from '../store.ts';
import type { TabState } from '../tab-state.ts';

/** Records that left the part that is kept: those that went, before the cells of their checkpoint came, and those that stay. */
interface Left {
	readonly gone: readonly Name[];
	readonly leaving: readonly Stayed[];
}

/** The part of a space that a tab keeps: what it asks for, and how it lets go of records that left that part. */
export class Leaving {
	readonly #state: TabState;
	readonly #referred: Referred;

	constructor(state: TabState) {
		this.#state = state;
		this.#referred = new Referred(state.replica, state.remote?.parts ?? []);
	}

	/** The part that is to be kept here from now on; `null`: everything. */
	get wanted(): Scope | null {
		const { remote, parts, mana, keeping, space } = this.#state;
		if (!remote?.parts) return null;
		return scopeOf(remote.parts, keeping, parts.env.now() + mana.skewMs, space.leaving, (scope) => this.#referred.outside(scope));
	}

	/** Whether the confirmed state is whole for a collection. */
	isWhole(collection: number): boolean {
		const { scope } = this.#state.space;
		return scope === null || isAll(scope, collection);
	}

	/**
	 * Lets go of what left the part that is kept here, and answers what of a checkpoint stays. What this tab is not finished with stays, and is asked for
	 * by its name from now on, so that it does not stand here as it once was.
	 */
	leave({ gone = [], scope, cells }: RemotePatch, earlier: Scope | null): Pick<RemotePatch, 'cells'> & Left {
		const { replica, space } = this.#state;
		const { leaving: before, scope: held } = space;
		if (gone.length + before.length + replica.anew.length === 0 && scope === undefined) return { cells, gone, leaving: before };
		const came = new Set(before.length > 0 ? cells.map(nameKey) : []);
		const listed = new Set(held?.records.map(nameKey));
		const asked = new Set(earlier?.records.map(nameKey));
		const out = new Map(gone.map((name) => [nameKey(name), name]));
		if (held && scope !== undefined) for (const name of outside(replica, held)) out.set(nameKey(name), name);
		const leaving = new Map<string, Stayed>();
		for (const [key, name] of out) if (this.#isUnfinished(name)) leaving.set(key, { ...name, behind: true });
		for (const key of leaving.keys()) out.delete(key);
		// What chunks and pages hold of a record that was gone must not be taken for a part of the one that came.
		const anew = new Map<string, Name>(replica.anew.map((name) => [nameKey(name), name]));
		for (const name of before) {
			const key = nameKey(name);
			const isHere = came.has(key);
			// Nobody kept it up to date, so it comes whole. It may be another record by now, to which nothing of what stayed here belongs.
			if (name.behind && isHere) anew.set(key, name);
			// What came back is here like anything else, and so is what is of a collection that is whole now.
			if (!this.isWhole(name.collection) && (listed.has(key) || !isHere) && !leaving.has(key))
				leaving.set(key, isHere ? { ...name, behind: false } : name);
			// Asked for by its name for the first time, and nothing came: there is no such record any more.
			if (earlier && scope !== undefined && listed.has(key) && !asked.has(key) && !isHere) out.set(key, name);
		}
		const kept = out.size > 0 ? without(cells, [...out.values()]) : cells;
		const went = [...out.values(), ...anew.values()];
		replica.evict(went);
		replica.merge(kept.filter((cell) => anew.has(nameKey(cell))));
		this.#state.space = { ...space, leaving: [...leaving.values()] };
		return { cells: kept, gone: went, leaving: this.#state.space.leaving };
	}

	/** Asks no more for what stayed only because something was unfinished with it. What was not brought up to date since goes at once. */
	release(): void {
		const { keeper, replica, tabs, leads } = this.#state;
		const { epoch, seq, reach, leaving: before, scope } = this.#state.space;
		const leaving = before.filter((name) => this.#isUnfinished(name));
		if (leaving.length === before.length || !leads) return;
		const listed = new Set(scope?.records.map(nameKey));
		const gone = before.filter((name) => !leaving.includes(name) && !listed.has(nameKey(name)));
		replica.evict(gone);
		this.#state.space = { ...this.#state.space, leaving };
		keeper.write(async (store, generation) => {
			const [cells] = await store.applyRemote({ epoch, to: seq, cells: [], replace: false, gone, leaving }, generation);
			tabs.post({
				kind: 'confirmed',
				device: this.#state.device,
				epoch,
				from: seq,
				to: seq,
				reach,
				cells: cells!,
				gone,
				leaving,
			});
		});
	}

	/** Records that unsent writes are about are wanted from now on, until they are finished with. */
	holdUnsent(): void {
		const { replica, space } = this.#state;
		const unsent = [...replica.pending].filter(({ refused }) => !refused);
		const names = unsent.flatMap((one) => one.ops.filter((op, i) => replica.knows(op) || wasKnown(one, i)));
		const held = names.map(({ collection, record }) => ({ collection, record }));
		const leaving = [...new Map([...space.leaving, ...held].map((name) => [nameKey(name), name])).values()];
		this.#state.space = { ...space, leaving };
	}

	/**
	 * Whether this tab may still want to do something with a record: writes of it are on their way or were refused, can be taken back, or it
	 * names a file that is to be sent.
	 */
	#isUnfinished(name: Name): boolean {
		const { replica, mana, unsentFiles } = this.#state;
		return replica.isUnfinished(name) || mana.remembers(name) || unsentFiles.has(nameKey(name));
	}
}
