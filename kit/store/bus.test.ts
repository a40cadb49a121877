import { expect, test } from 'bun:test';
import { openBus } from './bus.ts';

interface Events {
	number: number;
	word: string;
}

function rethrow(error: unknown): never {
	throw error;
}

test('every subscriber of a topic gets its events in order, and nobody else', async () => {
	const bus = openBus<Events>(rethrow);
	const first: number[] = [];
	const second: number[] = [];
	bus.subscribe('number', (event) => void first.push(event));
	bus.subscribe('number', async (event) => {
		await Promise.resolve();
		second.push(event);
	});
	bus.subscribe('word', () => rethrow(new Error('not for words')));
	for (const event of [1, 2, 3]) bus.publish('number', event);
	await bus.settled();
	expect(first).toEqual([1, 2, 3]);
	expect(second).toEqual([1, 2, 3]);
});

test('a slow subscriber loses the oldest events and is told how many; the publisher never waits', async () => {
	const bus = openBus<Events>(rethrow);
	const seen: number[] = [];
	const drops: number[] = [];
	bus.subscribe('number', (event) => void seen.push(event), { capacity: 2, lagged: (dropped) => void drops.push(dropped) });
	for (const event of [1, 2, 3, 4, 5]) bus.publish('number', event);
	await bus.settled();
	expect(seen).toEqual([4, 5]);
	expect(drops).toEqual([3]);
});

test('a handler that throws is reported and gets the next event', async () => {
	const failures: unknown[] = [];
	const bus = openBus<Events>((error, topic) => void failures.push([String(error), topic]));
	const seen: number[] = [];
	bus.subscribe('number', (event) => {
		if (event === 1) throw new Error('one');
		seen.push(event);
	});
	bus.publish('number', 1);
	bus.publish('number', 2);
	await bus.settled();
	expect(seen).toEqual([2]);
	expect(failures).toEqual([['Error: one', 'number']]);
});

test('after the end of a subscription nothing arrives, not even what waited', async () => {
	const bus = openBus<Events>(rethrow);
	const seen: number[] = [];
	const end = bus.subscribe('number', (event) => void seen.push(event));
	bus.publish('number', 1);
	end();
	bus.publish('number', 2);
	await bus.settled();
	expect(seen).toEqual([]);
});
