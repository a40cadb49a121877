import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { calendarTexts } from './calendar-texts.ts';
import { GRACE_MS, type Item, type Items, MANY, runRound } from './round.ts';
import { type Here, Moved, RefusedThere, type There, type Version } from './sides.ts';
import { Trouble } from './trouble.ts';

/** An event with fields of one side each, and one that both write. */
function eventOf(uid: string, fields: Readonly<Record<string, string>>): string {
	const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
	return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', `UID:${uid}`, ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
		'\r\n',
	);
}

function fieldsOf(text: string): Record<string, string> {
	const lines = text.split('\r\n').map((one) => /^([A-Z-]+):(.*)$/.exec(one));
	const own = lines.filter((one) => one && !['BEGIN', 'END', 'VERSION', 'UID'].includes(one[1]!));
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

/** A server of others with one calendar; every second write is answered without an etag. */
class Elsewhere implements There {
	readonly held = new Map<string, Version>();
	readonly #log: { href: string; n: number }[] = [];
	readonly cuts: Cuts;
	/** Whether changes are asked for by token, or listed whole. */
	readonly tokens: boolean;
	refuses = (): boolean => false;
	writes = 0;
	#n = 0;

	constructor(cuts: Cuts, tokens: boolean) {
		this.cuts = cuts;
		this.tokens = tokens;
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

	hrefFor = (uid: string) => `/${uid}.ics`;

	create(href: string, text: string) {
		return this.#write(href, text, () => !this.held.has(href));
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
			this.edit(href, text);
			return this.writes % 2 === 0 ? null : this.held.get(href)!.etag;
		});
	}
}

type Steps = (() => void)[];

/** A calendar of ours with what is known of the other one; a step is kept whole or not at all. */
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

class Pair {
	readonly cuts = new Cuts();
	readonly there: Elsewhere;
	readonly here = new Own(this.cuts);
	#now = 0;
	#token: string | null = null;
	mayLoseMany = false;

	constructor(tokens = true) {
		this.there = new Elsewhere(this.cuts, tokens);
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
			texts: calendarTexts,
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
		const all = [...this.there.held.values()].map(({ text }) => [calendarTexts.uidOf(text)!, fieldsOf(text)] as const);
		expect(new Set(all.map(([uid]) => uid)).size).toBe(all.length);
		return Object.fromEntries(all.toSorted());
	}

	get(side: 'here' | 'there', uid: string): string | null {
		const found = [...this.there.held.values()].find(({ text }) => calendarTexts.uidOf(text) === uid);
		return side === 'here' ? (this.here.held.get(uid)?.text ?? null) : (found?.text ?? null);
	}

	set(side: 'here' | 'there', uid: string, text: string | null): void {
		if (side === 'here') return this.here.edit(uid, text);
		const href = [...this.there.held].find(([, version]) => calendarTexts.uidOf(version.text) === uid)?.[0] ?? `/odd-${uid}.ics`;
		this.there.edit(href, text);
	}
}

interface Edit {
	readonly side: 'here' | 'there';
	readonly uid: string;
	readonly field: string | null;
}

const edit: fc.Arbitrary<Edit> = fc.record({
	side: fc.constantFrom('here', 'there'),
	uid: fc.constantFrom('a', 'b', 'c', 'd'),
	// `null`: it is removed.
	field: fc.constantFrom('SUMMARY', 'LOCATION', 'X-ODD', null),
});
const cuts = fc.array(fc.constantFrom(null, null, null, 'before', 'after'), { maxLength: 25 });
const seed = Date.now() & 0xffffff;

describe('two calendars that are kept the same', () => {
	test(`come together again whatever is changed on either side and wherever the line is cut, lose nothing and then are still (seed ${seed})`, async () => {
		const epochs = fc.array(fc.record({ edits: fc.array(edit, { maxLength: 8 }), rounds: fc.array(cuts, { maxLength: 4 }) }), {
			minLength: 1,
			maxLength: 4,
		});
		await fc.assert(
			fc.asyncProperty(epochs, fc.boolean(), async (all, tokens) => {
				const pair = new Pair(tokens);
				let n = 0;
				for (const { edits, rounds } of all) {
					const before = pair.state();
					const said: { edit: Edit; value: string }[] = [];
					for (const one of edits) {
						const text = pair.get(one.side, one.uid);
						if (one.field === null && text === null) continue;
						const value = `value ${++n}`;
						said.push({ edit: one, value });
						pair.set(
							one.side,
							one.uid,
							one.field === null ? null : eventOf(one.uid, { ...(text ? fieldsOf(text) : {}), [one.field]: value }),
						);
					}
					for (const round of rounds) await pair.round(round);
					await pair.settle();
					const after = pair.state();
					expect(pair.stateThere()).toEqual(after);
					for (const uid of ['a', 'b', 'c', 'd']) {
						const own = (side: Edit['side']) => said.filter(({ edit }) => edit.side === side && edit.uid === uid);
						const ends = { here: own('here').at(-1)?.edit.field, there: own('there').at(-1)?.edit.field };
						const kept = [ends.here, ends.there].some((field) => typeof field === 'string');
						const removed = [ends.here, ends.there].includes(null);
						if (kept) expect(after).toHaveProperty([uid]);
						else if (removed) expect(after).not.toHaveProperty([uid]);
						else expect(after[uid]).toEqual(before[uid]!);
						for (const [side, other] of [
							['here', 'there'],
							['there', 'here'],
						] as const) {
							if (typeof ends[side] !== 'string') continue;
							const field = ends[side];
							const others = own(other).filter(({ edit }) => edit.field === field);
							const values = [own(side).at(-1)!.value, ...others.map(({ value }) => value)];
							expect(values).toContain(after[uid]![field]!);
						}
					}
					const writes = [pair.here.writes, pair.there.writes];
					await pair.settle();
					expect([pair.here.writes, pair.there.writes]).toEqual(writes);
				}
			}),
			{ seed, numRuns: 150 },
		);
	});

	test(`come together when they are changed between rounds that are cut (seed ${seed})`, async () => {
		const steps = fc.array(fc.oneof(edit, cuts), { minLength: 5, maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(steps, fc.boolean(), async (all, tokens) => {
				const pair = new Pair(tokens);
				const removed = new Set<string>();
				const made = new Set<string>();
				let n = 0;
				for (const step of all) {
					if (Array.isArray(step)) {
						await pair.round(step);
						continue;
					}
					const text = pair.get(step.side, step.uid);
					if (step.field === null) removed.add(step.uid);
					else made.add(step.uid);
					const fields = { ...(text ? fieldsOf(text) : {}), [step.field ?? '']: `value ${++n}` };
					pair.set(step.side, step.uid, step.field === null ? null : eventOf(step.uid, fields));
				}
				await pair.settle();
				expect(pair.stateThere()).toEqual(pair.state());
				for (const uid of made) if (!removed.has(uid)) expect(pair.state()).toHaveProperty([uid]);
				const writes = [pair.here.writes, pair.there.writes];
				await pair.settle();
				expect([pair.here.writes, pair.there.writes]).toEqual(writes);
			}),
			{ seed, numRuns: 150 },
		);
	});

	test.each([true, false])(
		'are not emptied by a side that suddenly lists little, until its person agrees (by token: %p)',
		async (tokens) => {
			const pair = new Pair(tokens);
			const uids = Array.from({ length: 2 * (MANY.objects + 1) }, (_, n) => `e${n}`);
			for (const uid of uids) pair.set('there', uid, eventOf(uid, { SUMMARY: uid }));
			await pair.settle();
			const before = new Map(pair.there.held);
			for (const uid of uids.slice(0, MANY.objects + 2)) pair.set('there', uid, null);
			pair.set('here', uids.at(-1)!, eventOf(uids.at(-1)!, { SUMMARY: 'Later' }));
			expect(await pair.round()).toBe(false);
			expect(await pair.round()).toBe(false);
			expect([pair.here.held.size, pair.there.held.size]).toEqual([uids.length, MANY.objects]);
			// It was a fault of theirs: all is there again, and nothing was lost.
			for (const [href, { text }] of before) if (!pair.there.held.has(href)) pair.there.edit(href, text);
			await pair.settle();
			expect([pair.here.held.size, pair.get('there', uids.at(-1)!)]).toEqual([uids.length, pair.get('here', uids.at(-1)!)]);
			// One half is believed.
			for (const uid of uids.slice(0, uids.length / 2)) pair.set('there', uid, null);
			await pair.settle();
			expect(pair.here.held.size).toBe(uids.length / 2);
			for (const uid of uids) pair.set('there', uid, null);
			expect(await pair.round()).toBe(false);
			pair.mayLoseMany = true;
			await pair.settle();
			expect(pair.here.held.size).toBe(0);
		},
	);

	test('what was taken in is not written back, and what was written is not taken in', async () => {
		const pair = new Pair();
		pair.set('there', 'a', eventOf('a', { SUMMARY: 'From there' }));
		pair.set('here', 'b', eventOf('b', { SUMMARY: 'From here' }));
		await pair.settle();
		expect([pair.here.writes, pair.there.writes]).toEqual([1, 1]);
	});

	test('what was made there without anybody hearing of it is found again, and what was written here since is newer', async () => {
		const pair = new Pair();
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'First' }));
		const { there } = pair;
		const create = there.create.bind(there);
		there.create = async (href, text) => {
			there.create = create;
			await create(href, text);
			throw new Trouble('unreachable', 'The line is cut.');
		};
		expect(await pair.round()).toBe(false);
		expect(pair.stateThere()).toEqual({ a: { SUMMARY: 'First' } });
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Second' }));
		await pair.settle();
		expect([pair.state(), pair.stateThere()]).toEqual([{ a: { SUMMARY: 'Second' } }, { a: { SUMMARY: 'Second' } }]);
	});

	test('who was faster there is read, merged and written over within the same round', async () => {
		const pair = new Pair();
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Lunch' }));
		await pair.settle();
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Long lunch' }));
		const { there } = pair;
		const replace = there.replace.bind(there);
		there.replace = (href, etag, text) => {
			there.replace = replace;
			there.edit(href, eventOf('a', { SUMMARY: 'Lunch', LOCATION: 'Room 3' }));
			return replace(href, etag, text);
		};
		await pair.round();
		const both = { a: { SUMMARY: 'Long lunch', LOCATION: 'Room 3' } };
		expect([pair.state(), pair.stateThere()]).toEqual([both, both]);
	});

	test('what is missing here is removed there only after a while, so that whoever takes it back has lost nothing', async () => {
		const pair = new Pair();
		const text = eventOf('a', { SUMMARY: 'Kept' });
		pair.set('here', 'a', text);
		await pair.settle();
		pair.set('here', 'a', null);
		await pair.round();
		expect(pair.get('there', 'a')).not.toBeNull();
		pair.set('here', 'a', text);
		await pair.settle();
		expect([pair.get('here', 'a'), pair.there.held.size]).toEqual([text, 1]);
	});

	test('what a server refuses stays here, is noted, and is tried again when it changes', async () => {
		const pair = new Pair();
		pair.there.refuses = () => true;
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Too large' }));
		await pair.settle();
		expect([...pair.here.items.values()].map(({ note }) => note)).toEqual(['refused']);
		pair.there.refuses = () => false;
		await pair.settle();
		expect(pair.there.held.size).toBe(0);
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Small' }));
		await pair.settle();
		expect(pair.stateThere()).toEqual({ a: { SUMMARY: 'Small' } });
	});

	test('what is removed here and may not be removed there comes back', async () => {
		const pair = new Pair();
		pair.set('there', 'a', eventOf('a', { SUMMARY: 'Theirs' }));
		await pair.settle();
		pair.there.refuses = () => true;
		pair.set('here', 'a', null);
		await pair.settle();
		expect(pair.state()).toEqual({ a: { SUMMARY: 'Theirs' } });
	});

	test('what is no event, or has the UID of another one, is passed over and stays as it is', async () => {
		const pair = new Pair();
		pair.there.edit('/task.ics', 'BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n');
		pair.there.edit('/one.ics', eventOf('a', { SUMMARY: 'One' }));
		pair.there.edit('/two.ics', eventOf('a', { SUMMARY: 'Two' }));
		await pair.settle();
		expect([pair.state(), pair.there.held.size, pair.there.writes]).toEqual([{ a: { SUMMARY: 'One' } }, 3, 0]);
	});

	test('an object that lies under another name by now is still the same one', async () => {
		const pair = new Pair();
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Moved' }));
		await pair.settle();
		const [[href, { text }]] = [...pair.there.held] as [[string, Version]];
		pair.there.edit(href, null);
		pair.there.edit('/elsewhere.ics', text);
		const writes = pair.here.writes;
		await pair.settle();
		expect([pair.here.writes - writes, [...pair.there.held.keys()]]).toEqual([0, ['/elsewhere.ics']]);
	});
});
