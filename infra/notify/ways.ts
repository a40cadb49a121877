import { isForOneself, type TopicName, topics } from '@mana/schema';
import type { hub } from '@mana/schema/registry/models';
import { addDays, dayAt, toUtc } from '@mana/time';
import { instantOf, isZone } from '@mana/time/zone';
import type { ChannelName, OwnChannelName } from './channels/channel.ts';

const HOUR_MS = 3_600_000;
/** When a daily digest comes, on the person's clock. */
const DIGEST_HOUR = 8;

/** What a person chose, as far as it decides how they are told. */
export interface Wishes {
	/** IANA name; UTC where nothing was chosen. */
	readonly zone: string;
	/** `HH:MM` on the person's clock. */
	readonly quiet: { readonly from: string; readonly until: string } | null;
	/** What was chosen for topics and apps, by their name. */
	readonly notices: ReadonlyMap<string, Pick<hub.Notice, Exclude<ChannelName, 'inbox'>>>;
}

/** A way of the person's own: its kind, and the id of its row. */
export interface OwnWay {
	readonly kind: OwnChannelName;
	readonly id: string;
}

/** One telling that is to be. */
export interface Telling {
	readonly channel: ChannelName;
	/** The row of the person's own way; `null`: their mailbox, or their inbox. */
	readonly target: string | null;
	/** In milliseconds since 1970. */
	readonly at: number;
	/** Names the gathering it joins; `null`: it comes alone. */
	readonly slot: string | null;
}

/** How somebody hears who chose nothing: by what they added for that very purpose, and by mail only where it matters. */
const habits = {
	email: 'off',
	push: 'now',
	webhook: 'now',
	matrix: 'now',
	ntfy: 'now',
	apprise: 'now',
} as const satisfies Readonly<Record<Exclude<ChannelName, 'inbox'>, 'now' | 'off'>>;

/**
 * Decides by which ways and when a person hears of something. Quiet hours put off and never drop; what keeps an account safe waits for
 * nothing and cannot be switched off; what somebody planned for themselves comes when they said; what carries a secret link goes to the mailbox alone.
 *
 * @param now in milliseconds since 1970
 */
export function waysFor(topic: TopicName, wishes: Wishes, own: readonly OwnWay[], now: number): Telling[] {
	const { secret, security } = topics[topic];
	const alone = { at: now, slot: null };
	const mail = { channel: 'email', target: null } as const;
	if (secret) return [{ ...mail, ...alone }];
	const inbox = { channel: 'inbox', target: null, ...alone } as const;
	const quiet = isForOneself(topic) ? { ...wishes, quiet: null } : wishes;
	if (security) return [inbox, { ...mail, ...alone }, ...own.map(({ kind, id }) => ({ channel: kind, target: id, ...alone }))];
	const ways = [mail, ...own.map(({ kind, id }) => ({ channel: kind, target: id }))];
	return [
		inbox,
		...ways.flatMap((way): Telling[] => {
			const hearing = hearingOf(topic, way.channel, wishes);
			if (hearing === 'off') return [];
			if (hearing === 'now') return [{ ...way, at: way.channel === 'webhook' ? now : afterQuiet(now, quiet), slot: null }];
			const at = afterQuiet(hearing === 'hourly' ? nextHour(now) : nextMorning(now, wishes.zone), wishes);
			return [{ ...way, at, slot: `${way.channel} ${way.target ?? ''} ${at}` }];
		}),
	];
}

/** What was chosen for the topic, else for its app, else the way's habit. */
function hearingOf(
	topic: TopicName,
	channel: Exclude<ChannelName, 'inbox'>,
	{ notices }: Wishes,
): 'now' | 'hourly' | 'daily' | 'off' {
	for (const about of [topic, topics[topic].app]) {
		const chosen = notices.get(about)?.[channel] ?? 'default';
		if (chosen !== 'default') return chosen;
	}
	return habits[channel];
}

/** The same moment, or the end of the quiet hours that it falls into. */
export function afterQuiet(at: number, { zone, quiet }: Pick<Wishes, 'zone' | 'quiet'>): number {
	if (quiet === null || quiet.from === quiet.until) return at;
	const today = dayAt(at, zone);
	// Where clocks are put forward, an end may come to lie behind the next beginning: there is always a moment in between.
	let ended = -Infinity;
	// Quiet hours may have begun yesterday.
	for (const day of [addDays(today, -1), today]) {
		const from = Math.max(ended, instantOf(zone, toUtc(day) + msOf(quiet.from)));
		const until = instantOf(zone, toUtc(quiet.from < quiet.until ? day : addDays(day, 1)) + msOf(quiet.until));
		if (from < at && at < until) return until;
		ended = until;
	}
	return at;
}

function nextHour(now: number): number {
	return (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
}

function nextMorning(now: number, zone: string): number {
	const today = dayAt(now, zone);
	const morning = (day: string) => instantOf(zone, toUtc(day) + DIGEST_HOUR * HOUR_MS);
	return morning(today) > now ? morning(today) : morning(addDays(today, 1));
}

function msOf(time: string): number {
	const [hours = 0, minutes = 0] = time.split(':').map(Number);
	return (hours * 60 + minutes) * 60_000;
}

/** A zone's name as a person's device wrote it; UTC for one that nobody knows. */
export function zoneOr(name: string): string {
	return name !== '' && isZone(name) ? name : 'UTC';
}
