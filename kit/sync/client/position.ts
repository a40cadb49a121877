import type { DeviceId } from '../cell.ts';
import { sameReach } from '../same-reach.ts';
import type { SpaceRow } from './store.ts';

/** What one tab knows of its space. */
export type Here = Pick<SpaceRow, 'id' | 'epoch' | 'seq' | 'actor' | 'reach' | 'scope' | 'leaving'>;

/** How far somebody has come: a tab, or what stands on the disk. */
export interface Position extends Pick<SpaceRow, 'epoch' | 'seq' | 'reach' | 'scope' | 'nextN' | 'doneN'> {
	readonly device: DeviceId;
}

/** Whether the disk has something that a tab does not know of. */
export function isBehind(tab: Position, disk: Position): boolean {
	const otherHistory =
		tab.device !== disk.device ||
		tab.epoch !== disk.epoch ||
		!sameReach({ apps: tab.reach }, { apps: disk.reach }) ||
		JSON.stringify(tab.scope) !== JSON.stringify(disk.scope);
	return otherHistory || tab.seq < disk.seq || tab.nextN < disk.nextN || tab.doneN < disk.doneN;
}
