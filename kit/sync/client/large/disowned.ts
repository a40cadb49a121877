import type { OnDisk } from '../on-disk.ts';
import type { TabState } from '../tab-state.ts';
import { asAnother } from './replaced-history.ts';

/**
 * The server counts our transactions in a way that cannot be: the disk explains it, or this is another device from now on.
 *
 * @param wentBack it has forgotten decisions that it told us in this very history, so that is no more: what is here is compared with what the server has
 */
export async function disowned(
	{ keeper, outbox, parts, tabs, device: ours }: TabState,
	disk: OnDisk,
	wentBack: boolean,
): Promise<void> {
	await keeper.idle();
	const { device, space } = await keeper.store.glance();
	const explained = device.device !== ours || space.nextN !== outbox.nextN || space.doneN !== outbox.doneN;
	if (explained) return disk.reload();
	// At no checkpoint yet nothing tells what of the unsent may have arrived, and been forgotten since.
	const isUnsure = wentBack || space.seq === 0;
	const another = { ...asAnother(parts.env.randomBytes), ...(isUnsure && { epoch: 0 as const }) };
	keeper.write((store, generation) => store.reissue(another, generation));
	await keeper.idle();
	await disk.reload();
	tabs.post({ kind: 'reload' });
}
