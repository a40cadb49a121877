import type { Person } from './auth.ts';

/** An account that somebody signed in to in this browser. */
export type KnownAccount = Pick<Person, 'id' | 'name' | 'email'>;

const key = 'mana.accounts';
const anotherKey = 'mana.accounts.another';

/** Which accounts are signed in in this browser, kept on it: the menu shows them also offline. mana-auth has the last word. */
export class KnownAccounts {
	readonly #notes: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

	constructor(notes: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
		this.#notes = notes;
	}

	/** In the order in which they came. */
	get all(): readonly KnownAccount[] {
		const kept = this.#notes.getItem(key);
		return kept === null ? [] : (JSON.parse(kept) as KnownAccount[]);
	}

	/** Whoever comes next does not take the place of who is here. */
	expectAnother(): void {
		this.#notes.setItem(anotherKey, 'yes');
	}

	/** Somebody came, in the place of `before` unless they were expected beside them. */
	enter({ id, name, email }: KnownAccount, before: KnownAccount | null): void {
		const replaced = before !== null && before.id !== id && this.#notes.getItem(anotherKey) === null;
		this.#notes.removeItem(anotherKey);
		const others = this.all.filter((one) => one.id !== id && !(replaced && one.id === before.id));
		this.#keep([...others, { id, name, email }]);
	}

	forget(id: string): void {
		this.#keep(this.all.filter((one) => one.id !== id));
	}

	#keep(all: readonly KnownAccount[]): void {
		this.#notes.setItem(key, JSON.stringify(all));
	}
}
