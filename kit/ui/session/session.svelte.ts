import { createContext } from 'svelte';
import { preferences } from '../preferences/preferences.svelte.ts';
import { type KnownAccount, KnownAccounts } from './known-accounts.ts';
import { auth, AuthProblem, type Impersonator, type Person, type Status } from './auth.ts';

/** Who is in front of the screen, as far as this device knows. */
export type Who =
	| { readonly kind: 'guest' }
	| {
			readonly kind: 'person';
			readonly person: Person;
			/** Who is really here, while an admin acts in the person's name. */
			readonly impersonator: Impersonator | null;
	  };

/**
 * What mana-auth said about a known person's session: not asked yet, good, over, over since the account is no more, or nothing, since it could
 * not be reached.
 */
export type Standing = 'unasked' | 'good' | 'over' | 'erased' | 'unreachable';

const key = 'mana.who';
/** Set while a guest's data lies on this device that nobody adopted yet. */
const guestKey = 'mana.guest';

/**
 * Who is signed in. The last known person is kept on this device, so an outage of mana-auth, or a session that ran out, never locks
 * anyone out of what is stored here: only syncing waits.
 */
export class Session {
	/** `null`: nobody chose a door on this device yet. */
	who = $state.raw<Who | null>(remembered());
	standing = $state<Standing>('unasked');
	/** How this Mana lets people in; `null` while it is not known. */
	status = $state.raw<Status | null>(null);
	/** Grows when somebody signs in again after their session was over: their store must be opened anew to sync at once. */
	comebacks = $state(0);
	readonly #known = new KnownAccounts(localStorage);

	get person(): Person | null {
		return this.who?.kind === 'person' ? this.who.person : null;
	}

	/** Who acts in the person's name; `null`: the person. */
	get impersonator(): Impersonator | null {
		return this.who?.kind === 'person' ? this.who.impersonator : null;
	}

	/** Whose data is open: `guest`, a person's id, or nobody's. */
	get account(): string | null {
		return this.who === null ? null : (this.person?.id ?? 'guest');
	}

	/** The other accounts that are signed in in this browser, as far as it knows. */
	get others(): readonly KnownAccount[] {
		return this.#known.all.filter(({ id }) => id !== this.person?.id);
	}

	/** Somebody else signs in next, and this session stays beside theirs. */
	async keepBeside(): Promise<void> {
		await auth.keepBeside();
		this.#known.expectAnother();
	}

	/** Goes on as another account of this browser. @throws AuthProblem `account-unknown` when its session is over */
	async goOnAs(id: string): Promise<void> {
		try {
			const { person } = await auth.goOnAs(id);
			this.#known.expectAnother();
			this.enter(person);
		} catch (problem) {
			if (problem instanceof AuthProblem && problem.code === 'account-unknown') this.#known.forget(id);
			throw problem;
		}
	}

	/** Follows what another tab did: who is here, is here in all of them. Returns the way to stop. */
	follow(): () => void {
		const hear = ({ key: changed }: StorageEvent): void => {
			if (changed !== key) return;
			this.who = remembered();
			if (this.who === null) this.standing = 'unasked';
		};
		addEventListener('storage', hear);
		return () => removeEventListener('storage', hear);
	}

	/** A guest wrote on this device, and no account has taken that over yet. */
	get guestWaits(): boolean {
		return localStorage.getItem(guestKey) !== null;
	}

	/** The guest's data became the account's. */
	guestAdopted(): void {
		localStorage.removeItem(guestKey);
	}

	/** Asks mana-auth who we are. Never throws: what it does not know stays as it was. */
	async refresh(): Promise<void> {
		try {
			const { person, session } = await auth.session();
			this.enter(person, session.impersonator);
		} catch (problem) {
			if (!(problem instanceof AuthProblem)) throw problem;
			this.standing = problem.code === 'account-erased' ? 'erased' : problem.status === 401 ? 'over' : 'unreachable';
			if (this.who === null && this.standing === 'over') await this.readStatus();
		}
	}

	/** Reads how this Mana lets people in. Leaves `status` at `null` when it cannot be reached. */
	async readStatus(): Promise<void> {
		try {
			this.status = await auth.status();
		} catch (problem) {
			if (!(problem instanceof AuthProblem)) throw problem;
			this.standing = 'unreachable';
		}
	}

	/** A person came in by one of the doors; or an admin, in their name. */
	enter(person: Person, impersonator = this.person?.id === person.id ? this.impersonator : null): void {
		if (this.standing === 'over' && this.person?.id === person.id) this.comebacks += 1;
		this.standing = 'good';
		if (impersonator === null) this.#known.enter(person, this.impersonator === null ? this.person : null);
		this.#be({ kind: 'person', person, impersonator });
		preferences.suggest(person.language);
	}

	/** Shows who is here as they call themselves now, before mana-auth has heard of it. */
	show(person: Person): void {
		this.#be({ kind: 'person', person, impersonator: this.impersonator });
	}

	/** Goes on without an account: everything stays on this device. */
	enterAsGuest(): void {
		localStorage.setItem(guestKey, 'waits');
		this.#be({ kind: 'guest' });
	}

	/** Whoever acts in somebody's name is themselves again. @returns the account whose data is to go from this device */
	async endImpersonation(): Promise<string | null> {
		await auth.endImpersonation();
		const visited = this.account;
		await this.refresh();
		if (this.standing === 'over') this.#beNobody();
		return visited;
	}

	/** Ends the session here and on the server. What is stored on this device is the caller's business. */
	async signOut(): Promise<void> {
		try {
			await auth.signOut();
		} catch (problem) {
			if (!(problem instanceof AuthProblem) || problem.status !== 401) throw problem;
		}
		this.forget();
	}

	/** Nobody is here any more, and this device knows no account of that person. What is stored on it is the caller's business. */
	forget(): void {
		if (this.person) this.#known.forget(this.person.id);
		this.#beNobody();
	}

	#beNobody(): void {
		localStorage.removeItem(key);
		this.who = null;
		this.standing = 'unasked';
	}

	#be(who: Who): void {
		localStorage.setItem(key, JSON.stringify(who));
		this.who = who;
	}
}

function remembered(): Who | null {
	const kept = localStorage.getItem(key);
	if (kept === null) return null;
	const who = JSON.parse(kept) as Partial<{ kind: string; person: Partial<Person>; impersonator: Impersonator }>;
	if (who.kind === 'guest') return { kind: 'guest' };
	if (who.kind !== 'person' || typeof who.person?.id !== 'string') return null;
	return { kind: 'person', person: who.person as Person, impersonator: who.impersonator ?? null };
}

export const [useSession, provideSession] = createContext<Session>();
