import { appOf, isRecordId, type RecordId, type Reference } from '@mana/model';
import type { Name } from '../../name.ts';
import { reaches } from '../../permission.ts';
import { type Scope, ScopeIndex } from '../../scope.ts';
import type { Replica, Touched } from '../replica.ts';
import { isInside, type KeptPart } from './keeping.ts';

const NONE: readonly Name[] = [];

/** A record that others refer to, and how many of those are seen. */
interface Target {
	readonly name: Name;
	by: number;
	/** Whether the part that is kept would hold it anyway. */
	isInside: boolean;
}

/**
 * The records that those which a device keeps refer to (`Collection.refers`): the fourth reason to keep one, beside windows, opened ones and what is
 * unfinished. Made when a part is asked for the first time, and kept current by looking only at what changes.
 */
export class Referred {
	readonly #replica: Replica;
	readonly #models: ReadonlyMap<number, KeptPart>;
	readonly #numbers: ReadonlyMap<string, number>;
	readonly #sources = new ByName<readonly Name[]>();
	readonly #targets = new ByName<Target>();
	/** Of the part that this was reckoned for; nothing was reckoned before the first one. */
	#index: ScopeIndex | null = null;
	#asText = '';
	#outside: readonly Name[] | null = null;

	constructor(replica: Replica, models: readonly KeptPart[]) {
		this.#replica = replica;
		this.#models = new Map(models.flatMap((model) => (model.refers.length > 0 ? [[model.number, model] as const] : [])));
		this.#numbers = new Map(models.map(({ name, number }) => [name, number]));
	}

	/** Those that a part would not hold: they are asked for by name. */
	outside(scope: Scope): readonly Name[] {
		if (this.#models.size === 0) return [];
		const asText = JSON.stringify(scope);
		if (this.#index === null) this.#replica.subscribe((touched) => this.#follow(touched));
		if (this.#asText !== asText) this.#reckon(scope, asText);
		this.#outside ??= [...this.#targets.values()].filter((target) => !target.isInside).map(({ name }) => name);
		return this.#outside;
	}

	#reckon(scope: Scope, asText: string): void {
		this.#index = new ScopeIndex(scope);
		this.#asText = asText;
		this.#outside = null;
		this.#sources.clear();
		this.#targets.clear();
		for (const collection of this.#models.keys())
			for (const record of this.#replica.ids(collection)) this.#read({ collection, record });
	}

	#follow(touched: Touched): void {
		for (const [collection, records] of touched)
			for (const record of records) {
				const name = { collection, record };
				if (this.#models.has(collection)) this.#read(name);
				const target = this.#targets.get(name);
				if (target) this.#place(target);
			}
	}

	/** Notes what a record refers to by now. */
	#read(name: Name): void {
		const before = this.#sources.get(name) ?? NONE;
		const now = this.#seenFrom(name);
		if (before.length === 0 && now.length === 0) return;
		this.#sources.set(name, now.length > 0 ? now : undefined);
		for (const one of now) this.#count(one);
		for (const one of before) this.#leave(one);
	}

	#count(name: Name): void {
		const target = this.#targets.get(name) ?? { name, by: 0, isInside: true };
		target.by++;
		this.#targets.set(name, target);
		this.#place(target);
	}

	#leave(name: Name): void {
		const target = this.#targets.get(name)!;
		if (--target.by > 0) return;
		this.#targets.set(name, undefined);
		if (!target.isInside) this.#outside = null;
	}

	/** Where it stands now. What is not here at all has to be asked for. */
	#place(target: Target): void {
		const { name } = target;
		const index = this.#index!;
		const isHeld = index.whole(name.collection) || (this.#replica.knows(name) && isInside(this.#replica, index, name));
		if (isHeld !== target.isInside) this.#outside = null;
		target.isInside = isHeld;
	}

	/** What one sees who sees a record: what it names, and of what ties others together each that hangs on another one that is seen. */
	#seenFrom(name: Name): readonly Name[] {
		const { refers, ties } = this.#models.get(name.collection)!;
		const named = refers.flatMap((reference) => this.#named(name, reference) ?? []);
		if (!ties) return this.#isAwake(name) ? named : [];
		return named.filter((one) => named.some((other) => other !== one && this.#isAwake(other)));
	}

	#named(name: Name, { field, to }: Reference): Name | null {
		const record = this.#value(name, field);
		const collection = typeof to === 'string' ? this.#numbers.get(to) : this.#value(name, to);
		return isRecordId(record) && typeof collection === 'number' ? { collection, record: record as RecordId } : null;
	}

	#value(name: Name, field: number) {
		return this.#replica.confirmed({ ...name, field, key: '' })?.value ?? null;
	}

	/** Whether its app is kept. */
	#isAwake({ collection }: Name): boolean {
		return reaches(this.#index!.scope, appOf(collection));
	}
}

/** A map by names of records that makes no text of them: there are many. */
class ByName<T> {
	readonly #byCollection = new Map<number, Map<RecordId, T>>();

	get({ collection, record }: Name): T | undefined {
		return this.#byCollection.get(collection)?.get(record);
	}

	set({ collection, record }: Name, value: T | undefined): void {
		let records = this.#byCollection.get(collection);
		if (!records) this.#byCollection.set(collection, (records = new Map()));
		if (value === undefined) records.delete(record);
		else records.set(record, value);
	}

	clear(): void {
		this.#byCollection.clear();
	}

	*values(): IterableIterator<T> {
		for (const records of this.#byCollection.values()) yield* records.values();
	}
}
