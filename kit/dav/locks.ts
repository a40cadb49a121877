import type { RandomBytes } from '@mana/service';
import { dav } from './names.ts';
import { DavFailure } from './failure.ts';
import { type DavPath, isWithin, samePath } from './path.ts';
import type { XmlElement } from './xml.ts';

export interface Lock {
	/** `urn:uuid:…`. */
	readonly token: string;
	readonly root: DavPath;
	readonly depth: 0 | 'infinity';
	readonly scope: 'exclusive' | 'shared';
	/** What the client said of who it is, word for word. */
	readonly owner: XmlElement | null;
	/** Id of the person who took it: nobody else can use it. */
	readonly principal: string;
	/** When it ends, in ms since 1970. */
	readonly until: number;
}

/** Longest life of a lock without a refresh, and how many a person may hold. */
export const lockLimits = { longestMs: 24 * 3_600_000, perPrincipal: 1_000 } as const;

/** Write locks (RFC 4918 §6, §7), in memory: they are wishes of programs that run now, and a restart ends them. */
export class Locks {
	readonly #clock: { now(): number };
	readonly #random: RandomBytes;
	readonly #held = new Map<string, Lock>();

	constructor(clock: { now(): number }, random: RandomBytes) {
		this.#clock = clock;
		this.#random = random;
	}

	/** The locks under which a resource stands: its own, and those of collections around it that reach down to it. */
	covering(path: DavPath): Lock[] {
		return this.#alive(({ root, depth }) => samePath(root, path) || (depth === 'infinity' && isWithin(path, root)));
	}

	/** The locks on a resource and on everything in it. */
	within(path: DavPath): Lock[] {
		return this.#alive(({ root }) => isWithin(root, path));
	}

	/** @throws DavFailure 423 when another lock is in the way, 507 when somebody holds too many */
	take(wanted: Omit<Lock, 'token' | 'until'>, lifeMs: number): Lock {
		const inTheWay = [...this.covering(wanted.root), ...(wanted.depth === 'infinity' ? this.within(wanted.root) : [])];
		if (inTheWay.some(({ scope }) => scope === 'exclusive' || wanted.scope === 'exclusive'))
			throw new DavFailure(423, 'Somebody else has locked this. Try again when they are done.', dav('no-conflicting-lock'));
		if (this.#alive(({ principal }) => principal === wanted.principal).length >= lockLimits.perPrincipal)
			throw new DavFailure(507, `Nobody holds more than ${lockLimits.perPrincipal} locks. Give some back first.`);
		const lock = { ...wanted, token: `urn:uuid:${uuid(this.#random)}`, until: this.#clock.now() + lifeMs };
		this.#held.set(lock.token, lock);
		return lock;
	}

	refresh(lock: Lock, lifeMs: number): Lock {
		const refreshed = { ...lock, until: this.#clock.now() + lifeMs };
		this.#held.set(lock.token, refreshed);
		return refreshed;
	}

	release(token: string): void {
		this.#held.delete(token);
	}

	/** Ends all locks on what is no longer there. */
	forget(path: DavPath): void {
		for (const { token } of this.within(path)) this.#held.delete(token);
	}

	/** How long a lock lives from now on, in whole seconds. */
	secondsLeft({ until }: Lock): number {
		return Math.max(0, Math.round((until - this.#clock.now()) / 1000));
	}

	#alive(wanted: (lock: Lock) => boolean): Lock[] {
		const now = this.#clock.now();
		for (const [token, { until }] of this.#held) if (until <= now) this.#held.delete(token);
		return [...this.#held.values()].filter(wanted);
	}
}

/** A random UUID (RFC 9562, version 4). */
function uuid(random: RandomBytes): string {
	const bytes = random(new Uint8Array(16));
	bytes[6] = (bytes[6]! & 0x0f) | 0x40;
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	const hex = Buffer.from(bytes).toString('hex');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
