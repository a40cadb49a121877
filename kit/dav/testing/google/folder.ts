// For tests: a calendar or the contacts of an account at Google, as its servers keep them.
import { createHash } from 'node:crypto';
import { escapeText } from '../../ical/lines.ts';
import { lineOf, parseCalendar, writeComponent } from '../../ical/index.ts';
import { lineOf as cardLine, parseCard, propertyName, writeCard } from '../../vcard/index.ts';

export interface Held {
	readonly etag: string;
	readonly text: string;
}

/** How Google keeps a kind of objects: what it does to a text, and what it calls it. `null`: it does not take it. */
export interface GoogleKind {
	readonly type: string;
	keep(text: string, known: string | null, now: number): { readonly name: string; readonly text: string } | null;
}

/** Properties of events that Google has a place for; whatever else is said is not kept (developers.google.com, "CalDAV API Developer's Guide"). */
const kept: ReadonlySet<string> = new Set([
	'UID', 'SUMMARY', 'DESCRIPTION', 'LOCATION', 'DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID', 'ATTENDEE', 'ORGANIZER',
	'STATUS', 'TRANSP', 'CLASS',
]); // prettier-ignore

/** An event: under its UID, in Google's words. */
export const googleEvents: GoogleKind = {
	type: 'text/calendar; charset=UTF-8',
	keep(text, _, now) {
		const calendar = parseCalendar(new TextEncoder().encode(text));
		const first = calendar.components.find(({ name }) => name === 'VEVENT');
		const uid = first && lineOf(first, 'UID')?.value;
		if (!uid) return null;
		const at = stamp(now);
		const components = calendar.components.map((one) => {
			if (one.name !== 'VEVENT') return one;
			const lines = one.lines.filter(({ name }) => kept.has(name.toUpperCase()));
			const said = (name: string) => lines.some((line) => line.name.toUpperCase() === name);
			const own = [['DTSTAMP', at], ['CREATED', at], ['LAST-MODIFIED', at], ['SEQUENCE', '0'], ...(said('STATUS') ? [] : [['STATUS', 'CONFIRMED']]), ...(said('TRANSP') ? [] : [['TRANSP', 'OPAQUE']])]; // prettier-ignore
			return { ...one, lines: [...lines, ...own.map(([name, value]) => ({ name: name!, parameters: [], value: value! }))] };
		});
		const lines = [
			{ name: 'PRODID', parameters: [], value: '-//Google Inc//Google Calendar 70.9054//EN' },
			{ name: 'VERSION', parameters: [], value: '2.0' },
			{ name: 'CALSCALE', parameters: [], value: 'GREGORIAN' },
		];
		return { name: `${encodeURIComponent(uid)}.ics`, text: writeComponent({ ...calendar, lines, components }) };
	},
};

const keptOfCards: ReadonlySet<string> = new Set([
	'N', 'FN', 'NICKNAME', 'ORG', 'TITLE', 'TEL', 'EMAIL', 'ADR', 'URL', 'BDAY', 'NOTE', 'PHOTO', 'X-ABLABEL', 'IMPP',
]); // prettier-ignore

/** A card: vCard 3.0 under a name and a UID that Google gives it, whatever it was sent under. */
export const googleCards: GoogleKind = {
	type: 'text/vcard; charset=UTF-8',
	keep(text, known, now) {
		const card = parseCard(new TextEncoder().encode(text));
		if (!cardLine(card, 'FN')) return null;
		const name = known ?? createHash('sha256').update(`${now} ${text}`).digest('hex').slice(0, 16);
		const lines = card.lines.filter((line) => keptOfCards.has(propertyName(line)));
		const own = [
			{ name: 'UID', parameters: [], value: escapeText(name) },
			{ name: 'REV', parameters: [], value: stamp(now) },
		];
		return { name, text: writeCard({ version: '3.0', lines: [...lines, ...own] }) };
	},
};

/** One folder: what is in it, and what changed since any time. */
export class GoogleFolder {
	readonly name: string;
	readonly mayWrite: boolean;
	readonly kind: GoogleKind;
	readonly held = new Map<string, Held>();
	/** Tokens of before are not known any more, and how that is said. */
	forgets: 403 | 410 | null = null;
	/** How many writes it took. */
	writes = 0;
	#n = 0;
	#forgotten = 0;
	readonly #log: { readonly name: string; readonly n: number }[] = [];

	constructor(name: string, kind: GoogleKind, mayWrite = true) {
		this.name = name;
		this.kind = kind;
		this.mayWrite = mayWrite;
	}

	/** Writes an object as Google's own pages, or a program, do. @param at what it is called in an address @returns what it is called now; `null`: it is not taken */
	put(at: string, text: string): { readonly name: string; readonly etag: string; readonly isNew: boolean } | null {
		const known = this.held.has(at) ? at : null;
		const made = this.kind.keep(text, known, ++this.#n);
		if (!made) return null;
		const isNew = !this.held.has(made.name);
		const etag = `"${63_000_000_000 + this.#n}"`;
		this.held.set(made.name, { etag, text: made.text });
		this.#log.push({ name: made.name, n: this.#n });
		return { name: made.name, etag, isNew };
	}

	remove(name: string): boolean {
		if (!this.held.delete(name)) return false;
		this.#log.push({ name, n: ++this.#n });
		return true;
	}

	/** Forgets every token there is. @param as the status by which it says so */
	forget(as: 403 | 410): void {
		[this.forgets, this.#forgotten] = [as, this.#n];
	}

	get token(): string {
		return `https://google.example/sync/${this.#n}`;
	}

	/** Names of what changed since a token; `null`: it is not known (any more). */
	since(token: string): { readonly changed: readonly string[]; readonly removed: readonly string[] } | null {
		if (token === '') return { changed: [...this.held.keys()], removed: [] };
		const n = Number(/\d+$/.exec(token)?.[0] ?? -1);
		if (n < 0 || (this.forgets !== null && n <= this.#forgotten)) return null;
		const names = [...new Set(this.#log.filter((one) => one.n > n).map(({ name }) => name))];
		return { changed: names.filter((one) => this.held.has(one)), removed: names.filter((one) => !this.held.has(one)) };
	}
}

/** A moment for each number, as one is written. */
function stamp(n: number): string {
	return `20270101T${String(Math.floor(n / 3_600) % 24).padStart(2, '0')}${String(Math.floor(n / 60) % 60).padStart(2, '0')}${String(n % 60).padStart(2, '0')}Z`;
}
