import { type Component, durationMs, lineOf, parseCalendar } from '@mana/dav/ical/index';
import type { Egress } from '@mana/service/egress';
import type { SpaceId } from '@mana/sync';
import type { Calendar } from './model.ts';

const MINUTE_MS = 60_000;
/** How often a feed is looked at: as often as it says, within these, and this often where it says nothing. */
const [OFTEN_MS, SELDOM_MS, USUAL_MS] = [15 * MINUTE_MS, 7 * 24 * 60 * MINUTE_MS, 60 * MINUTE_MS];
/** After a failure: the first wait, doubled up to the longest. */
const [AGAIN_MS, LONGEST_AGAIN_MS] = [5 * MINUTE_MS, 24 * 60 * MINUTE_MS];

export interface SubscriptionsParts {
	readonly clock: { now(): number };
	readonly reach: Egress;
	/** In which times are that name none. */
	readonly zone: string;
	/** The calendars of all spaces. */
	calendars(): Promise<readonly { readonly space: SpaceId; readonly row: Calendar }[]>;
	/** Writes what a feed says. */
	keep(space: SpaceId, calendar: Calendar, feed: Component): Promise<void>;
	/** Told why a feed could not be read; it is tried again, later each time. */
	failed(error: unknown, source: string): void;
}

/** What is known of a feed since this began. */
interface Feed {
	readonly source: string;
	readonly etag: string | null;
	readonly next: number;
	readonly failures: number;
}

/** Calendars that show what stands elsewhere (iCalendar feeds, `webcal:`): read again and again, and written like anything else, but by nobody here. */
export class Subscriptions {
	readonly #parts: SubscriptionsParts;
	readonly #feeds = new Map<string, Feed>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(parts: SubscriptionsParts) {
		this.#parts = parts;
	}

	/** Reads the feeds whose time has come, and comes back when that of the next one has. */
	look(): Promise<void> {
		clearTimeout(this.#timer);
		if (!this.#closed)
			this.#running = this.#running.then(() => this.#work()).catch((error: unknown) => this.#parts.failed(error, ''));
		return this.#running;
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.#running;
	}

	async #work(): Promise<void> {
		const { clock, calendars: all } = this.#parts;
		let next = clock.now() + USUAL_MS;
		for (const { space, row } of await all()) {
			if (row.kind !== 'subscription' || row.deletedAt !== null || row.source === null || this.#closed) continue;
			const key = `${space} ${row.id}`;
			const before = this.#feeds.get(key);
			const known = before?.source === row.source ? before : undefined;
			const feed = known && known.next > clock.now() ? known : await this.#read(space, row, row.source, known);
			this.#feeds.set(key, feed);
			next = Math.min(next, feed.next);
		}
		clearTimeout(this.#timer);
		if (!this.#closed) this.#timer = setTimeout(() => this.look(), Math.max(1_000, next - clock.now()));
	}

	async #read(space: SpaceId, calendar: Calendar, source: string, known: Feed | undefined): Promise<Feed> {
		const { clock, reach, keep, failed } = this.#parts;
		try {
			const answer = await reach(source.replace(/^webcals?:/i, 'https:'), {
				headers: { accept: 'text/calendar', ...(known?.etag && { 'if-none-match': known.etag }) },
			});
			if (answer.status === 304 && known) return { ...known, next: clock.now() + USUAL_MS, failures: 0 };
			if (answer.status !== 200) throw new Error(`The feed answered ${answer.status}.`);
			const feed = parseCalendar(answer.body);
			await keep(space, calendar, feed);
			return { source, etag: answer.headers.get('etag'), next: clock.now() + intervalOf(feed), failures: 0 };
		} catch (error) {
			failed(error, source);
			const failures = (known?.failures ?? 0) + 1;
			const wait = Math.min(LONGEST_AGAIN_MS, AGAIN_MS * 2 ** (failures - 1));
			return { source, etag: known?.etag ?? null, next: clock.now() + wait, failures };
		}
	}
}

/** How long a feed may be believed (RFC 7986 §5.7, and what Outlook made before it). */
function intervalOf(feed: Component): number {
	const said = durationMs(lineOf(feed, 'REFRESH-INTERVAL')?.value) ?? durationMs(lineOf(feed, 'X-PUBLISHED-TTL')?.value);
	return said === null ? USUAL_MS : Math.min(SELDOM_MS, Math.max(OFTEN_MS, said));
}
