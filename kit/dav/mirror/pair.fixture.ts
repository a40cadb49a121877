// For tests: two folders that are kept the same, and what may break that off.
import { expect } from 'bun:test';
import { calendarTexts } from './calendar-texts.ts';
import { cardTexts } from './card-texts.ts';
import type { Item } from './item.ts';
import { GRACE_MS, type Items, runRound } from './round.ts';
import { type Here, type Manners, Moved, RefusedThere, type Texts, type There, type Version } from './sides.ts';
import { Trouble } from './trouble.ts';

/** A kind of objects: how one is written down, with fields of one line each. */
export interface Kind {
	readonly name: string;
	readonly texts: Texts;
	make(uid: string, fields: Readonly<Record<string, string>>): string;
	/** Names of fields, two of which a person writes, and one that nobody here knows. */
	readonly fields: readonly [string, string, string];
}

export const eventKind: Kind = {
	name: 'calendars',
	texts: calendarTexts,
	make: (uid, fields) =>
		written(['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', `UID:${uid}`], fields, ['END:VEVENT', 'END:VCALENDAR']),
	fields: ['SUMMARY', 'LOCATION', 'X-ODD'],
};

export const cardKind: Kind = {
	name: 'address books',
	texts: cardTexts,
	make: (uid, fields) =>
		written(['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${uid}`, `N:${uid};;;;`], fields, ['END:VCARD']),
	fields: ['NOTE', 'TITLE', 'X-ODD'],
};

function written(head: readonly string[], fields: Readonly<Record<string, string>>, foot: readonly string[]): string {
	return [...head, ...Object.entries(fields).map(([name, value]) => `${name}:${value}`), ...foot, ''].join('\r\n');
}

/** The fields that a text was made with. */
export function fieldsOf(text: string): Record<string, string> {
	const lines = text.split('\r\n').map((one) => /^([A-Z-]+):(.*)$/.exec(one));
	const own = lines.filter((one) => one && !['BEGIN', 'END', 'VERSION', 'UID', 'FN', 'N'].includes(one[1]!));
	return Object.fromEntries(own.map((one) => [one![1]!, one![2]!]));
}

/** Breaks the next steps off as it is told: before they did something, or after it and before anybody hears. */
class Cuts {
	left: ('before' | 'after' | null)[] = [];

	async over<T>(work: () => Promise<T>): Promise<T> {
		const cut = this.left.shift() ?? null;
		if (cut === 'before') throw new Trouble('unreachable', 'The line is cut.');
		const done = await work();
		if (cut === 'after') throw new Trouble('unreachable', 'The line is cut.');
		return done;
	}
}

/** A server that names objects itself, and keeps what it is sent without what it has no place for. */
export interface Owner {
	keep(text: string): string;
	named(text: string, uid: string): string;
}

/** A server of others with one folder; every second write is answered without an etag, all of them by one that has words of its own. */
class Elsewhere implements There {
	readonly #owner: Owner | null;
	readonly held = new Map<string, Version>();
	readonly #log: { href: string; n: number }[] = [];
	readonly cuts: Cuts;
	/** Whether changes are asked for by token, or listed whole. */
	readonly tokens: boolean;
	refuses = (): boolean => false;
	writes = 0;
	#n = 0;

	constructor(cuts: Cuts, tokens: boolean, owner: Owner | null) {
		this.cuts = cuts;
		this.tokens = tokens;
		this.#owner = owner;
	}

	get manners(): Manners {
		return { rewrites: this.#owner !== null, namesObjects: this.#owner !== null };
	}

	edit(href: string, text: string | null): void {
		this.#n++;
		if (text === null) this.held.delete(href);
		else this.held.set(href, { etag: `"${this.#n}"`, text });
		this.#log.push({ href, n: this.#n });
	}

	changes(token: string | null) {
		return this.cuts.over(async () => {
			const whole = token === null || !this.tokens;
			const hrefs = whole ? [...this.held.keys()] : this.#log.filter(({ n }) => n > Number(token)).map(({ href }) => href);
			return {
				changed: new Map(hrefs.flatMap((href) => (this.held.has(href) ? [[href, this.held.get(href)!.etag] as const] : []))),
				removed: new Set(hrefs.filter((href) => !this.held.has(href))),
				whole,
				token: String(this.#n),
			};
		});
	}

	read(hrefs: readonly string[]) {
		return this.cuts.over(
			async () => new Map(hrefs.flatMap((href) => (this.held.has(href) ? [[href, this.held.get(href)!] as const] : []))),
		);
	}

	hrefFor = (uid: string) => `/${uid}`;

	async create(href: string, text: string) {
		const at = this.#owner ? `/own-${this.#n}` : href;
		return { href: at, etag: await this.#write(at, text, () => !this.held.has(at)) };
	}

	replace(href: string, etag: string, text: string) {
		return this.#write(href, text, () => this.held.get(href)?.etag === etag);
	}

	remove(href: string, etag: string) {
		return this.cuts.over(async () => {
			if (this.held.has(href) && this.held.get(href)!.etag !== etag) throw new Moved('Changed.');
			if (this.refuses()) throw new RefusedThere('No.');
			this.writes++;
			if (this.held.has(href)) this.edit(href, null);
		});
	}

	#write(href: string, text: string, fits: () => boolean) {
		return this.cuts.over(async () => {
			if (!fits()) throw new Moved('Changed.');
			if (this.refuses()) throw new RefusedThere('No.');
			this.writes++;
			this.edit(href, this.#owner ? this.#owner.named(this.#owner.keep(text), href.slice(1)) : text);
			return this.#owner || this.writes % 2 === 0 ? null : this.held.get(href)!.etag;
		});
	}
}

type Steps = (() => void)[];

/** A folder of ours with what is known of the other one; a step is kept whole or not at all. */
class Own implements Here<Steps>, Items<Steps> {
	readonly held = new Map<string, { text: string; version: string }>();
	readonly items = new Map<string, Item>();
	readonly cuts: Cuts;
	writes = 0;
	#n = 0;

	constructor(cuts: Cuts) {
		this.cuts = cuts;
	}

	edit(uid: string, text: string | null): void {
		if (text === null) this.held.delete(uid);
		else this.held.set(uid, { text, version: String(++this.#n) });
	}

	versions = async () => new Map([...this.held].map(([uid, { version }]) => [uid, version]));
	texts = async (uids: readonly string[]) =>
		new Map(uids.flatMap((uid) => (this.held.has(uid) ? [[uid, this.held.get(uid)!.text] as const] : [])));

	take = async (steps: Steps, uid: string, text: string) => {
		steps.push(() => {
			this.writes++;
			this.edit(uid, text);
		});
		return { record: uid };
	};

	trash = async (steps: Steps, uid: string) => {
		steps.push(() => {
			this.writes++;
			this.edit(uid, null);
		});
	};

	all = async () => [...this.items.values()];
	keep = async (steps: Steps, item: Item) => void steps.push(() => this.items.set(item.href, item));
	drop = async (steps: Steps, href: string) => void steps.push(() => this.items.delete(href));
	progress = async () => {};

	step = (work: (steps: Steps) => Promise<void>) =>
		this.cuts.over(async () => {
			const steps: Steps = [];
			await work(steps);
			for (const step of steps) step();
		});
}

/** A folder here and one elsewhere. */
export class Pair {
	readonly kind: Kind;
	readonly cuts = new Cuts();
	readonly there: Elsewhere;
	readonly here = new Own(this.cuts);
	#now = 0;
	#token: string | null = null;
	mayLoseMany = false;

	constructor(kind: Kind, tokens = true, owner: Owner | null = null) {
		this.kind = kind;
		this.there = new Elsewhere(this.cuts, tokens, owner);
	}

	/** A round that may be broken off. @returns whether it came to its end */
	async round(cuts: ('before' | 'after' | null)[] = []): Promise<boolean> {
		this.cuts.left = [...cuts];
		this.#now += GRACE_MS;
		const { there, here } = this;
		const parts = {
			there,
			here,
			items: here,
			texts: this.kind.texts,
			clock: { now: () => this.#now },
			mayLoseMany: this.mayLoseMany,
		};
		try {
			this.#token = (await runRound(parts, this.#token)).token;
			return true;
		} catch (error) {
			if (!(error instanceof Trouble)) throw error;
			return false;
		} finally {
			this.cuts.left = [];
		}
	}

	async settle(): Promise<void> {
		for (let i = 0; i < 4; i++) expect(await this.round()).toBe(true);
	}

	state(): Record<string, Record<string, string>> {
		return Object.fromEntries([...this.here.held].map(([uid, { text }]) => [uid, fieldsOf(text)]).toSorted());
	}

	stateThere(): Record<string, Record<string, string>> {
		const all = [...this.there.held.values()].map(({ text }) => [this.kind.texts.uidOf(text)!, fieldsOf(text)] as const);
		expect(new Set(all.map(([uid]) => uid)).size).toBe(all.length);
		return Object.fromEntries(all.toSorted());
	}

	get(side: 'here' | 'there', uid: string): string | null {
		const found = [...this.there.held.values()].find(({ text }) => this.kind.texts.uidOf(text) === uid);
		return side === 'here' ? (this.here.held.get(uid)?.text ?? null) : (found?.text ?? null);
	}

	set(side: 'here' | 'there', uid: string, text: string | null): void {
		if (side === 'here') return this.here.edit(uid, text);
		const href = [...this.there.held].find(([, version]) => this.kind.texts.uidOf(version.text) === uid)?.[0] ?? `/odd-${uid}`;
		this.there.edit(href, text);
	}
}
