import { BadCalendar, type Component, durationMs, lineOf, parseCalendar } from '@mana/dav/ical/index';
import { Problem } from '@mana/service';
import type { Egress } from '@mana/service/egress';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import type { Calendar } from './model.ts';
import type { FeedProblem, FeedState } from './subscriptions/feed-state.ts';

const MINUTE_MS = 60_000;
/** How often a feed is looked at: as often as it says, within these, and this often where it says nothing. */
const [OFTEN_MS, SELDOM_MS, USUAL_MS] = [15 * MINUTE_MS, 7 * 24 * 60 * MINUTE_MS, 60 * MINUTE_MS];
/** After a failure: the first wait, doubled up to the longest. */
const [AGAIN_MS, LONGEST_AGAIN_MS] = [5 * MINUTE_MS, 24 * 60 * MINUTE_MS];
/** Whoever asks for it anew sooner than this hears what is known. */
const PATIENCE_MS = 10_000;

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
interface Feed extends Omit<FeedState, 'calendar'> {
	readonly source: string;
	readonly etag: string | null;
	readonly triedAt: number;
	readonly failures: number;
}

/** A feed answered with something else than itself. */
class FeedAnswered extends Error {
	readonly status: number;

	constructor(status: number) {
		super(`The feed answered ${status}.`);
		this.status = status;
	}
}

/** Nothing: what a subscription that is in the trash shows. */
const NOTHING: Component = { name: 'VCALENDAR', lines: [], components: [] };

/** Calendars that show what stands elsewhere (iCalendar feeds, `webcal:`): read again and again, and written like anything else, but by nobody here. */
export class Subscriptions {
	readonly #parts: SubscriptionsParts;
	readonly #feeds = new Map<string, Feed>();
	/** Subscriptions in the trash whose events are there as well. */
	readonly #emptied = new Set<string>();
	readonly #reading = new Map<string, Promise<Feed>>();
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

	/** How the feeds of a space stand; those that were not looked at yet are not among them. */
	async states(space: SpaceId): Promise<FeedState[]> {
		return (await this.#of(space)).flatMap(({ id, source }) => {
			const feed = this.#feeds.get(`${space} ${id}`);
			return feed?.source === source ? [stateOf(id, feed)] : [];
		});
	}

	/** Reads a feed at once, unless that was just tried. @returns how it stands then; `null`: there is no such subscription */
	async readNow(space: SpaceId, calendar: string): Promise<FeedState | null> {
		const row = (await this.#of(space)).find(({ id }) => id === calendar);
		if (!row) return null;
		const known = this.#feeds.get(`${space} ${row.id}`);
		const tried = known?.source === row.source && this.#parts.clock.now() - known.triedAt < PATIENCE_MS;
		return stateOf(row.id, tried ? known : await this.#readOnce(space, row));
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await Promise.allSettled([this.#running, ...this.#reading.values()]);
	}

	async #of(space: SpaceId): Promise<Calendar[]> {
		const all = await this.#parts.calendars();
		return all
			.filter((one) => one.space === space && isSubscription(one.row) && one.row.deletedAt === null)
			.map(({ row }) => row);
	}

	async #work(): Promise<void> {
		const { clock, calendars: all } = this.#parts;
		let next = clock.now() + USUAL_MS;
		for (const { space, row } of await all()) {
			if (!isSubscription(row) || this.#closed) continue;
			const key = `${space} ${row.id}`;
			if (row.deletedAt !== null) {
				this.#feeds.delete(key);
				if (!this.#emptied.has(key)) await this.#empty(space, row, key);
				continue;
			}
			this.#emptied.delete(key);
			const known = this.#feeds.get(key);
			const feed = known?.source === row.source && known.next > clock.now() ? known : await this.#readOnce(space, row);
			next = Math.min(next, feed.next);
		}
		clearTimeout(this.#timer);
		if (!this.#closed) this.#timer = setTimeout(() => this.look(), Math.max(1_000, next - clock.now()));
	}

	/** What a subscription showed goes to the trash behind it. */
	async #empty(space: SpaceId, calendar: Calendar, key: string): Promise<void> {
		try {
			await this.#parts.keep(space, calendar, NOTHING);
			this.#emptied.add(key);
		} catch (error) {
			this.#parts.failed(error, calendar.source ?? '');
		}
	}

	/** Nobody reads a feed that is being read already. */
	#readOnce(space: SpaceId, calendar: Calendar): Promise<Feed> {
		const key = `${space} ${calendar.id}`;
		const running = this.#reading.get(key);
		if (running) return running;
		const known = this.#feeds.get(key);
		const reading = this.#read(space, calendar, known?.source === calendar.source ? known : undefined)
			.then((feed) => {
				this.#feeds.set(key, feed);
				return feed;
			})
			.finally(() => this.#reading.delete(key));
		this.#reading.set(key, reading);
		return reading;
	}

	async #read(space: SpaceId, calendar: Calendar, known: Feed | undefined): Promise<Feed> {
		const { clock, reach, keep, failed } = this.#parts;
		const source = calendar.source ?? '';
		const read = { source, problem: null, status: null, failures: 0 };
		try {
			const answer = await reach(source.replace(/^webcals?:/i, 'https:'), {
				headers: { accept: 'text/calendar', ...(known?.etag && { 'if-none-match': known.etag }) },
			});
			const at = clock.now();
			if (answer.status === 304 && known) return { ...known, ...read, readAt: at, triedAt: at, next: at + USUAL_MS };
			if (answer.status !== 200) throw new FeedAnswered(answer.status);
			const feed = parseCalendar(answer.body);
			await keep(space, calendar, feed);
			return { ...read, etag: answer.headers.get('etag'), readAt: at, triedAt: at, next: at + intervalOf(feed) };
		} catch (error) {
			failed(error, source);
			const failures = (known?.failures ?? 0) + 1;
			const at = clock.now();
			const wait = Math.min(LONGEST_AGAIN_MS, AGAIN_MS * 2 ** (failures - 1));
			const status = error instanceof FeedAnswered ? error.status : null;
			const [etag, readAt] = [known?.etag ?? null, known?.readAt ?? null];
			return { source, etag, readAt, triedAt: at, next: at + wait, failures, problem: problemOf(error), status };
		}
	}
}

function isSubscription({ kind, source }: Calendar): boolean {
	return kind === 'subscription' && source !== null;
}

function stateOf(calendar: RecordId, { readAt, next, problem, status }: Feed): FeedState {
	return { calendar, readAt, next, problem, status };
}

function problemOf(error: unknown): FeedProblem {
	if (error instanceof FeedAnswered) return 'answered';
	if (error instanceof BadCalendar) return 'not-a-calendar';
	if (!(error instanceof Problem)) return 'unreachable';
	if (error.code === 'address-refused') return 'refused';
	return error.code === 'answer-too-large' ? 'too-large' : 'unreachable';
}

/** How long a feed may be believed (RFC 7986 §5.7, and what Outlook made before it). */
function intervalOf(feed: Component): number {
	const said = durationMs(lineOf(feed, 'REFRESH-INTERVAL')?.value) ?? durationMs(lineOf(feed, 'X-PUBLISHED-TTL')?.value);
	return said === null ? USUAL_MS : Math.min(SELDOM_MS, Math.max(OFTEN_MS, said));
}
