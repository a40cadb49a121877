import { describe, expect, test } from 'bun:test';
import type { SpaceId } from '../../cell.ts';
import type { Presence as Frame } from '../../frames.ts';
import { newSpaceId } from '../../ids.ts';
import { Presence, type PresenceMessage } from './presence.ts';
import { World } from '../test-world.ts';

const place = { app: 1, channel: 'list' };

/** A device with tabs, the first of which leads, and what it says to the server. */
function device(world: World, tabs: number) {
	const space = { id: newSpaceId(world.now, (bytes) => bytes) as SpaceId, actor: 7 };
	const said: (string | null)[] = [];
	const all: Presence[] = [];
	const state = { live: true };
	for (let i = 0; i < tabs; i++) {
		const host = {
			space,
			leads: i === 0,
			get live() {
				return state.live;
			},
			say: ({ entries }: Frame) => said.push(entries[0]!.value),
			post: (message: PresenceMessage) => all.forEach((tab) => tab !== all[i] && tab.told(structuredClone(message))),
		};
		all.push(new Presence(world.environment(), host, `tab ${i}`));
	}
	const hear = (...entries: Frame['entries']) => all[0]!.heard({ type: 'presence', space: space.id, ...place, entries });
	return { all, said, state, hear };
}

describe('being somewhere', () => {
	test('is said by the tab that leads, for all of them: the last value, and the one before when that tab leaves', async () => {
		const world = new World();
		const { all, said } = device(world, 2);
		const [first, second] = all.map((tab) => tab.join(place));
		first!.set('task 1');
		await world.pass(1_000);
		second!.set('task 2');
		await world.pass(1_000);
		second!.leave();
		await world.pass(1_000);
		first!.leave();
		await world.pass(1_000);
		expect(said).toEqual(['task 1', 'task 2', 'task 1', null]);
	});

	test('is said again every 10 s, at once when a connection is back, and not while there is none', async () => {
		const world = new World();
		const { all, said, state } = device(world, 1);
		const meeting = all[0]!.join(place);
		meeting.set('here');
		await world.pass(30_500);
		expect(said.length).toBeGreaterThanOrEqual(3);
		expect(said.length).toBeLessThanOrEqual(5);
		const before = said.length;
		state.live = false;
		await world.pass(30_000);
		expect(said.length).toBe(before);
		state.live = true;
		await world.pass(1_500);
		expect(said.length).toBe(before + 1);
	});

	test('values that follow each other fast go together, the last one last', async () => {
		const world = new World();
		const { all, said } = device(world, 1);
		const meeting = all[0]!.join(place);
		for (let i = 0; i < 100; i++) meeting.set(String(i));
		await world.pass(1_000);
		expect(said).toEqual(['0', '99']);
	});

	test('a tab that was killed is forgotten', async () => {
		const world = new World();
		const { all, said } = device(world, 1);
		all[0]!.told({ said: { ...place, tab: 'another', value: 'gone soon' } });
		await world.pass(45_000);
		expect(said[0]).toBe('gone soon');
		expect(said.at(-1)).toBeNull();
	});
});

describe('others', () => {
	test('are the other devices, live in every tab, and nobody once the connection is lost', async () => {
		const world = new World();
		const { all, hear, state } = device(world, 2);
		const meetings = all.map((tab) => tab.join(place));
		let told = 0;
		meetings[1]!.subscribe(() => told++);
		await world.pass(1_000);
		hear({ number: 7, person: 'me', value: 'here' }, { number: 8, person: 'ben', value: 'task 1' });
		for (const { others } of meetings) expect(others).toEqual([{ number: 8, person: 'ben', value: 'task 1' }]);
		hear({ number: 9, person: 'cy', value: '' }, { number: 8, person: '', value: null });
		for (const { others } of meetings) expect(others).toEqual([{ number: 9, person: 'cy', value: '' }]);
		expect(told).toBe(2);
		state.live = false;
		await world.pass(1_500);
		for (const { others } of meetings) expect(others).toEqual([]);
	});
});
