import { insist } from '../later.ts';
import type { TabState } from '../tab-state.ts';

/** How often a disk is asked to let go of what was taken away, with pauses of three seconds. */
const TRIES = 20;

/**
 * The space was taken from this person: memory, journal, pages and outbox go, at once and for good.
 *
 * @param abandon stops this tab
 */
export async function wipe(state: TabState, abandon: () => void): Promise<void> {
	if (state.closed) return;
	const { keeper, mana, replica, parts } = state;
	const { store } = parts;
	state.revoked = true;
	abandon(); // whoever leads next must not begin to write while this one cleans up
	state.download.forget();
	const unsaved = [...replica.pending].filter(({ n }) => n === null);
	replica.batch(() => {
		replica.replace([]);
		mana.noteConflicts([], []);
		for (const pending of replica.pending) if (!unsaved.includes(pending)) replica.remove(pending);
	});
	mana.refresh({
		phase: 'stopped',
		retryAt: null,
		firstSync: null,
		problem: {
			code: 'revoked',
			detail: 'You are no member of this space any more. What it held was removed from this device.',
		},
	});
	// What was written a moment ago is first put where it can be taken to the quarantine from.
	await keeper.idle();
	const from = state.origin;
	const gone = async () => {
		await keeper.store.wipe(from);
		if (keeper.store !== store) await store.wipe(from);
	};
	// A disk that fails now may take it in a moment. One that never does is told of, and asked again when this app is opened next and hears the same.
	await insist(gone, parts.env, parts.report, TRIES).catch(() => undefined);
	replica.batch(() => [...replica.pending].forEach((pending) => replica.remove(pending)));
	state.space = { id: state.space.id, epoch: 0, seq: 0, actor: 0, reach: null, scope: null, leaving: [] };
	mana.refresh();
}
