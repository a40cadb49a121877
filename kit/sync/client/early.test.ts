import { expect, test } from 'bun:test';
import type { DeviceId } from '../cell.ts';
import { Early } from './early.ts';
import type { StoredTransaction } from './store.ts';

const [device, other] = ['one', 'other'] as unknown as [DeviceId, DeviceId];
const written = (n: number, seq = 0) =>
	({ kind: 'committed', device, epoch: 1, seq, transactions: [{ n } as StoredTransaction] }) as const;

test('what another tab wrote waits for what that one had seen: the checkpoint, and the numbers before', () => {
	const early = new Early();
	early.add(written(2));
	early.add(written(1, 5));
	expect(early.next({ device, epoch: 1, seq: 4, nextN: 1 })).toBeUndefined();
	expect(early.next({ device, epoch: 1, seq: 5, nextN: 1 })?.transactions[0]?.n).toBe(1);
	expect(early.next({ device, epoch: 1, seq: 5, nextN: 2 })?.transactions[0]?.n).toBe(2);
	expect(early.next({ device, epoch: 1, seq: 5, nextN: 3 })).toBeUndefined();
});

test('whoever is another device by now takes none of it: those numbers are of the one that it was', () => {
	const early = new Early();
	early.add(written(1, 5));
	expect(early.next({ device: other, epoch: 1, seq: 5, nextN: 1 })).toBeUndefined();
});
