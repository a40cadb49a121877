import { MemoryDisk } from './memory-disk.ts';
import type { Pending } from './pending.ts';
import type { TabState } from './tab-state.ts';
import { noteTwin } from './twin.ts';

export { MemoryDisk };

/** Takes what a tab shows to a disk in memory, as a device of its own. @param failed what was to be stored when its disk failed */
export async function goOnInMemory(state: TabState, failed: readonly Pending[]): Promise<void> {
	const { parts, keeper, replica, outbox } = state;
	try {
		noteTwin(parts.notes, state.device, outbox.nextN);
	} catch (error) {
		parts.report(error); // no room for that either: the next visit takes it that nobody else sent what it finds
	}
	keeper.store = parts.storeOn(new MemoryDisk());
	state.download.forget();
	const { id, seq, reach, scope, leaving } = state.space;
	const epoch = seq === 0 ? 0 : state.space.epoch; // as somebody who was never here
	if (seq === 0) replica.replace([]); // a part of a first download; it begins anew
	const { device } = await keeper.store.load();
	await keeper.store.learn({ id, person: parts.remote?.person ?? null }, 0);
	await keeper.store.applyRemote({ epoch, to: seq, cells: [...replica.allCells()], replace: true, reach, scope, leaving }, 0);
	await keeper.store.keep(() => state.keeping);
	const kept = [...replica.pending].filter((pending) => pending.n !== null || failed.includes(pending));
	const unsent = kept.filter(({ refused }) => !refused);
	state.device = device.device;
	state.isFirst = false; // what is sent from here may have been sent from the disk already
	state.space = { id, epoch, seq, actor: 0, reach, scope, leaving };
	state.speakAs(0);
	const stored = await keeper.store.commitLocal(unsent);
	replica.batch(() => {
		outbox.load([], { doneN: 0, nextN: 1 });
		for (const pending of kept) replica.add(pending);
		outbox.stored(unsent, stored);
	});
}
