import { fieldNumber, lww, newRecordId, type RecordId } from '@mana/model';
import {
	type Cell,
	decodeFrame,
	encodeFrame,
	mergeCell,
	packDeltas,
	placeKey,
	type SpaceId,
	stampAt,
	type Transaction,
} from '@mana/sync';
import { decide, type Found, needOf, newSpaceState, NOTHING, type Request } from '@mana/sync/space/index';

// Speed of the engine's pure parts on one core: `bun bench/sync-core.ts`.
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
const now = Date.UTC(2026, 10, 23);
const space = newRecordId(now, random) as string as SpaceId;
const RECORDS = 10_000;
const FIELDS = 10;
const ids = Array.from({ length: RECORDS }, (_, i) => newRecordId(now + i * 1000, random));
const cells = ids.flatMap((record, i) => fieldsOf(record, stampAt(now + i * 1000)));
const newer = cells.map((cell) => ({ ...cell, stamp: cell.stamp + 1 }));
const results: Record<string, string> = {};

measure('encode cells', cells.length, () => void packDeltas(space, 0, 1, false, cells).map(encodeFrame));
const frames = packDeltas(space, 0, 1, false, cells).map(encodeFrame);
measure('decode cells', cells.length, () => void frames.map(decodeFrame));
measure('merge cells', cells.length, () => void cells.map((cell, i) => mergeCell(cell, newer[i]!)));
measure('decide single-op pushes, in groups of 1,000', 10_000, decideAll);
results['bytes of a ten-field row'] = (frames.reduce((sum, { length }) => sum + length, 0) / RECORDS).toFixed(1);
console.table(results);

function fieldsOf(record: RecordId, stamp: number): Cell[] {
	return Array.from({ length: FIELDS }, (_, i) => {
		const value = i % 3 === 0 ? `value ${i} of this` : i % 3 === 1 ? i * 1000 : null;
		return { collection: 513, record, field: fieldNumber(i + 1, lww), key: '', value, stamp, actor: 1 };
	});
}

function decideAll(): void {
	let found: Found = {
		...NOTHING,
		space: newSpaceState(space, 'ana'),
		members: new Map([['ana', { access: { role: 'owner', apps: null }, name: 'Ana', since: 0 }]]),
	};
	for (let n = 1; n < 10_000; n += 1000) {
		const transactions = Array.from({ length: 1000 }, (_, i): Transaction => {
			const { stamp, actor: _actor, ...op } = newer[(n + i) % newer.length]!;
			return { n: n + i, stamp: stamp + n + i, ops: [op] };
		});
		const request: Request = { kind: 'push', space, device: ids[0] as never, person: 'ana', known: n - 1, transactions };
		needOf([request]);
		const { change } = decide(found, [request], now + 1e9, { authorise: () => null, validate: () => null });
		const held = new Map([...found.cells, ...change!.cells.map((cell) => [placeKey(cell), cell] as const)]);
		found = { ...found, space: change!.space, devices: change!.devices, cells: held };
	}
}

function measure(name: string, count: number, run: () => void): void {
	for (let i = 0; i < 3; i++) run();
	const times = Array.from({ length: 5 }, () => {
		const start = performance.now();
		run();
		return performance.now() - start;
	}).sort((a, b) => a - b);
	results[name] = `${Math.round(count / times[2]!).toLocaleString('en')} thousand/s`;
}
