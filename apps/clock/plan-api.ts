import { ask, auth } from '@mana/ui/session/auth';
import type { Planned } from './ringing.ts';
import { RING_MS } from './ringing.ts';
import { ringTitle } from './words.ts';

const door = '/api/mana-notify';
/** Where a press on what rang leads. */
const pages = {
	alarm: '/clock/alarms',
	bedtime: '/clock/alarms',
	timer: '/clock/timers',
	sequence: '/clock/timers',
	focus: '/clock/focus',
} as const;
/** Ways that make a noise, or show something on a screen. */
const ringingKinds: readonly string[] = ['push', 'matrix', 'ntfy', 'apprise'];

/** Has mana-notify ring what is planned, and nothing else, while no page is open. @param zone IANA name of the zone where the person is @throws AuthProblem */
export async function sendPlan(topic: 'alarm' | 'timer', planned: readonly Planned[], zone: string): Promise<void> {
	const { token } = await auth.token();
	const messages = planned.map(({ key, ring }) => ({
		key,
		at: ring.at,
		expires: ring.at + RING_MS,
		data: { label: ringTitle(ring, zone), at: ring.at, link: pages[ring.kind] },
	}));
	await ask('PUT', `/v1/plans/${topic}`, { messages }, { door, token });
}

/** What rings for the person while Mana is closed, by the names that they gave. @throws AuthProblem */
export async function otherWays(): Promise<readonly string[]> {
	const { token } = await auth.token();
	const { channels } = await ask<{ channels: readonly { kind: string; label: string; on: boolean }[] }>(
		'GET',
		'/v1/channels',
		undefined,
		{ door, token },
	);
	return channels.filter(({ kind, on }) => on && ringingKinds.includes(kind)).map(({ label }) => label);
}
