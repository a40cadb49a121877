import { type Collection, keptSince, olderOf } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { createSubscriber } from 'svelte/reactivity';

/** What of a collection is on this device, as runes: for lists that may lack what is older. */
export class KeptState {
	readonly #mana: Mana;
	readonly #collection: Collection;
	readonly #remembering = new Remembering();
	readonly #track: () => void;

	constructor(mana: Mana, collection: Collection) {
		this.#mana = mana;
		this.#collection = collection;
		this.#track = createSubscriber((update) => mana.subscribe(update));
	}

	/** Whether there is anything to choose: without an account everything is here, and nowhere else. */
	get optional(): boolean {
		this.#track();
		return this.#collection.keeps !== null && this.#mana.sync.phase !== 'guest';
	}

	/** Whether rows may be missing. Not while the first download is running, which says so itself; one that a lost network broke off says nothing. */
	get partial(): boolean {
		this.#track();
		const arriving = this.#mana.sync.firstSync !== null && !this.offline;
		return this.optional && !arriving && !this.#mana.kept.isWhole(this.#collection);
	}

	/** What the person chose to keep. */
	get choice(): 'recent' | 'all' {
		this.#track();
		return this.#mana.kept.all(this.#collection) ? 'all' : 'recent';
	}

	get offline(): boolean {
		this.#track();
		return this.#mana.sync.phase === 'offline' || this.#mana.sync.phase === 'signed-out';
	}

	/** From when on things are here, as ms since 1970. */
	get since(): number {
		const { keeps } = this.#collection;
		return keeps ? keptSince(keeps, Date.now()) : 0;
	}

	/** @throws what the disk says when the choice cannot be remembered */
	choose(choice: 'recent' | 'all'): Promise<void> {
		return this.#remembering.wait(this.#mana.kept.keepAll(this.#collection, choice === 'all'));
	}

	/** A choice is not remembered yet: it would be lost with the page. */
	get choosing(): boolean {
		return this.#remembering.underWay;
	}

	/** Brings what is older here for a while. `false` when it cannot be had now. */
	show(): Promise<boolean> {
		return this.#mana.kept.show(olderOf(this.#collection, Date.now()));
	}
}

/** Which apps stay on this device also when room is short, as runes. */
export class KeptApps {
	readonly #mana: Mana;
	readonly #remembering = new Remembering();
	readonly #track: () => void;

	constructor(mana: Mana) {
		this.#mana = mana;
		this.#track = createSubscriber((update) => mana.subscribe(update));
	}

	/** @param app its permanent number */
	has(app: number): boolean {
		this.#track();
		return this.#mana.kept.keepsApp(app);
	}

	/** @throws what the disk says when the choice cannot be remembered */
	keep(app: number, kept: boolean): Promise<void> {
		return this.#remembering.wait(this.#mana.kept.keepApp(app, kept));
	}

	/** A choice is not remembered yet: it would be lost with the page. */
	get choosing(): boolean {
		return this.#remembering.underWay;
	}
}

/** What is on its way to the disk, as runes. */
class Remembering {
	#count = $state(0);

	get underWay(): boolean {
		return this.#count > 0;
	}

	async wait(job: Promise<void>): Promise<void> {
		this.#count++;
		try {
			await job;
		} finally {
			this.#count--;
		}
	}
}
