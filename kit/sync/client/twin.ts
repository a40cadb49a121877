import type { DeviceId } from '../cell.ts';
import type { Notes } from './platform.ts';

/** A tab goes on without its disk, and sends as another device what stands there below `nextN`. The disk may work again one day. */
export function noteTwin(notes: Notes, device: DeviceId, nextN: number): void {
	notes.setItem(nameOf(device), String(nextN));
}

/** The number from which on nobody but this device has sent what stands in its outbox. */
export function untwinnedFrom(notes: Notes, device: DeviceId): number {
	return Number(notes.getItem(nameOf(device)) ?? 1);
}

function nameOf(device: DeviceId): string {
	return `twin-${device}`;
}
