import { type Access, type Action, allows, appsFromText, type Role, type SpaceId } from '@mana/sync';
import { SPACE_KINDS, type SpaceKind } from '@mana/sync/spaces';
import { z } from 'zod';
import { pause } from './pause.ts';
import type { ServiceIdentity } from './service-token.ts';

/** Without a word from mana-sync for this long nothing is allowed any more, in milliseconds. It speaks at least every second. */
export const STALE_AFTER_MS = 3000;
/** Between two attempts to reach mana-sync, in milliseconds. */
const AGAIN_AFTER_MS = 500;

const row = z.object({
	space: z.string(),
	person: z.string(),
	kind: z.enum(SPACE_KINDS),
	/** 'gone' for who is no member any more. */
	role: z.string(),
	apps: z.string(),
	archived: z.boolean(),
	aclEpoch: z.number(),
});

/** A line of the stream that mana-sync tells who is in which space by. */
export const membershipLine = z.discriminatedUnion('what', [
	/** Forget everything: what follows is all there is. */
	z.object({ what: z.literal('snapshot') }),
	row.extend({ what: z.literal('member') }),
	/** Everything up to this position was told. `history` changes when a backup was put back. */
	z.object({ what: z.literal('position'), history: z.number(), position: z.number() }),
]);
export type MembershipLine = z.infer<typeof membershipLine>;

export interface MembershipsOptions {
	/** Of mana-sync: `context.addressOf('mana-sync')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	readonly clock: { now(): number };
	/** Told why the stream broke off; it is taken up again by itself. */
	readonly lost?: (error: unknown) => void;
	/** Told when somebody has a space of their own who had none that was known of; at the beginning, when anybody has. */
	readonly opened?: () => void;
}

interface Held extends Access {
	readonly kind: SpaceKind;
	readonly archived: boolean;
	readonly aclEpoch: number;
}

/**
 * Who may do what in which space, as mana-sync says it: a projection that is kept by following its stream. Every service asks this one
 * thing. It fails closed: what is unknown, older than three seconds, or was never heard of, is not allowed.
 *
 * @example
 * const memberships = new Memberships({ address: addressOf('mana-sync'), identity, clock });
 * if (!memberships.can(person.id, space, 'read', app)) throw problem(404, 'unknown-space', '…');
 */
export class Memberships {
	readonly #options: MembershipsOptions;
	/** By space and person. */
	readonly #held = new Map<string, Held>();
	/** The spaces that each person is in. */
	readonly #spaces = new Map<string, Set<string>>();
	readonly #stopping = new AbortController();
	readonly #running: Promise<void>;
	/** What is being told and is not whole yet. */
	#incoming: Map<string, Held> | null = null;
	#cursor: { readonly history: number; readonly position: number } | null = null;
	#heardAt = -Infinity;
	/** Whether, since the last position, somebody came to have a space of their own. */
	#hasOpened = false;
	#waiting: (() => void)[] = [];

	constructor(options: MembershipsOptions) {
		this.#options = options;
		this.#running = this.#follow();
	}

	/** Whether what is known is young enough to be acted on. */
	get current(): boolean {
		return this.#options.clock.now() - this.#heardAt <= STALE_AFTER_MS;
	}

	/** Whether somebody may do something now, in a space or in one app of it. */
	can(person: string, space: string, action: Action, app?: number): boolean {
		const held = this.access(person, space);
		return allows(held, action, app) && !(held!.archived && (action === 'write' || action === 'comment'));
	}

	/**
	 * What somebody is in a space now, with the acl epoch at which that was true: whoever keeps a conclusion keeps the epoch with it, and
	 * asks again when `aclEpoch` has grown. `null`: nothing, or not known.
	 */
	access(person: string, space: string): Held | null {
		return this.current ? (this.#held.get(`${space} ${person}`) ?? null) : null;
	}

	/** The space of a person's own, `null`: there is none, or it is not known now. */
	personalSpace(person: string): string | null {
		for (const space of this.#spacesOf(person)) if (this.#held.get(`${space} ${person}`)?.kind === 'personal') return space;
		return null;
	}

	/** Whose own space this is; `null`: it is shared; `undefined`: not known now. */
	personOf(space: string): string | null | undefined {
		if (!this.current) return undefined;
		for (const [person, spaces] of this.#spaces)
			if (spaces.has(space)) return this.#held.get(`${space} ${person}`)?.kind === 'personal' ? person : null;
		return undefined;
	}

	/** Whether two people are in one space now. */
	meet(one: string, other: string): boolean {
		for (const space of this.#spacesOf(one)) if (this.#held.has(`${space} ${other}`)) return true;
		return false;
	}

	#spacesOf(person: string): ReadonlySet<string> {
		return (this.current ? this.#spaces.get(person) : undefined) ?? new Set();
	}

	/** The spaces that somebody is in now; none while nothing young enough is known. */
	spacesOf(person: string): SpaceId[] {
		return [...this.#spacesOf(person)] as SpaceId[];
	}

	/** Resolves once everything was heard for the first time. */
	ready(): Promise<void> {
		return this.#cursor ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
	}

	async close(): Promise<void> {
		this.#stopping.abort();
		await this.#running;
	}

	async #follow(): Promise<void> {
		const { signal } = this.#stopping;
		while (!signal.aborted) {
			try {
				await this.#read(signal);
			} catch (error) {
				if (!signal.aborted) this.#options.lost?.(error);
			}
			this.#incoming = null;
			if (!signal.aborted) await pause(AGAIN_AFTER_MS, signal);
		}
	}

	async #read(stopping: AbortSignal): Promise<void> {
		const { address, identity } = this.#options;
		const since = this.#cursor ? `?history=${this.#cursor.history}&after=${this.#cursor.position}` : '';
		// A stream that hangs is given up, so that another one can be begun.
		const silent = new AbortController();
		let timer = setTimeout(() => silent.abort(), STALE_AFTER_MS);
		try {
			const response = await fetch(`${address}/membership-changes${since}`, {
				headers: { authorization: `Bearer ${await identity.token('mana-sync')}` },
				signal: AbortSignal.any([stopping, silent.signal]),
			});
			if (!response.ok || !response.body) throw new Error(`mana-sync answered ${response.status}.`);
			let text = '';
			for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
				clearTimeout(timer);
				timer = setTimeout(() => silent.abort(), STALE_AFTER_MS);
				const lines = (text + part).split('\n');
				text = lines.pop()!;
				for (const line of lines) this.#hear(membershipLine.parse(JSON.parse(line)));
			}
		} finally {
			clearTimeout(timer);
		}
	}

	#hear(line: MembershipLine): void {
		switch (line.what) {
			case 'snapshot':
				this.#incoming = new Map();
				return;
			case 'member': {
				const { space, person, kind, role, apps, archived, aclEpoch } = line;
				const held = role === 'gone' ? null : { kind, role: role as Role, apps: appsFromText(apps), archived, aclEpoch };
				if (!this.#incoming) this.#hold(space, person, held);
				else if (held) this.#incoming.set(`${space} ${person}`, held);
				else this.#incoming.delete(`${space} ${person}`);
				return;
			}
			case 'position': {
				if (this.#incoming) {
					this.#held.clear();
					this.#spaces.clear();
					for (const [key, held] of this.#incoming) this.#hold(...(key.split(' ') as [string, string]), held);
					this.#incoming = null;
				}
				const { history, position } = line;
				this.#cursor = { history, position };
				this.#heardAt = this.#options.clock.now();
				if (this.#hasOpened) this.#options.opened?.();
				this.#hasOpened = false;
				for (const resolve of this.#waiting.splice(0)) resolve();
			}
		}
	}

	#hold(space: string, person: string, held: Held | null): void {
		const spaces = this.#spaces.get(person) ?? new Set();
		if (held) {
			const key = `${space} ${person}`;
			if (held.kind === 'personal' && !this.#held.has(key)) this.#hasOpened = true;
			this.#held.set(key, held);
			this.#spaces.set(person, spaces.add(space));
			return;
		}
		this.#held.delete(`${space} ${person}`);
		spaces.delete(space);
		if (spaces.size === 0) this.#spaces.delete(person);
	}
}
