import type { Mana } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';
import type { AppManifest } from './manifest.ts';
import { toast } from './toasts.svelte.ts';

/** Takes the last action back, and says so. */
export function undoLast(mana: Mana): void {
	const label = mana.history.undoable;
	if (mana.history.undo() && label !== null)
		toast({ text: m.undone({ what: label }), action: { label: m.redo(), run: () => redoLast(mana) } });
	else if (mana.history.skipped.length === 0) toast({ text: m.nothing_to_undo() });
}

/** Does again what was taken back last. */
export function redoLast(mana: Mana): void {
	const label = mana.history.redoable;
	if (mana.history.redo() && label !== null) toast({ text: m.redone({ what: label }) });
	else if (mana.history.skipped.length === 0) toast({ text: m.nothing_to_redo() });
}

/**
 * Says in plain words what undo or redo left as it is because somebody wrote over it since, whichever button or key it was. Returns the
 * way to stop.
 */
export function watchSkipped(mana: Mana, apps: readonly AppManifest[]): () => void {
	let told = mana.history.skipped;
	return mana.subscribe(() => {
		const { skipped } = mana.history;
		if (skipped === told) return;
		told = skipped;
		if (skipped.length > 0)
			void import('../inspector/skipped-words.ts').then(async ({ skippedWords }) =>
				toast({ text: await skippedWords(mana, apps, skipped), durationMs: 0 }),
			);
	});
}
