import { expect, test } from 'bun:test';
import type { Presence, SpaceId } from '@mana/sync';
import { presenceIn, presencePayloads } from './presence-payloads.ts';

const frame = (count: number, value: string): Presence => ({
	type: 'presence',
	space: '0123456789abcdefghjkmnpqrs' as SpaceId,
	app: 1,
	channel: 'list',
	entries: Array.from({ length: count }, (_, i) => ({ number: i + 1, person: 'ana', value })),
});

test('what does not fit into one message goes into several, and all of it arrives', () => {
	const large = frame(128, 'x'.repeat(1_000));
	const payloads = presencePayloads(large);
	expect(payloads.length).toBeGreaterThan(1);
	expect(payloads.every((payload) => payload.length < 8_000)).toBe(true);
	expect(payloads.flatMap((payload) => presenceIn(payload)?.entries ?? [])).toEqual([...large.entries]);
	expect(presencePayloads(frame(3, 'task 1'))).toHaveLength(1);
});

test('what is no such message tells nothing', () => {
	for (const payload of ['', 'no base64 at all', 'AQk=', 'AAAA']) expect(presenceIn(payload)).toBeNull();
});
