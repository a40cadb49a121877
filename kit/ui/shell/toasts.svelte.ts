import { untrack } from 'svelte';

/** A short message at the lower edge. With `undo` it offers to take back what it tells. */
export interface Toast {
	readonly text: string;
	readonly detail?: string;
	readonly tone?: 'plain' | 'danger' | 'success';
	readonly undo?: () => unknown;
	readonly action?: { readonly label: string; run(): void };
	/** How long it stays; 0 until it is closed. Default: 6000, longer with something to press, until closed when it is bad news. */
	readonly durationMs?: number;
}

export interface ShownToast extends Toast {
	readonly key: number;
}

const most = 3;
let lastKey = 0;
let shown = $state.raw<readonly ShownToast[]>([]);

/** What is on the screen, oldest first. */
export const toasts = {
	get shown(): readonly ShownToast[] {
		return shown;
	},
};

/** Shows a toast. Returns the way to take it away again. */
export function toast(message: Toast): () => void {
	const key = ++lastKey;
	// Also called from effects, which must not run again for every toast.
	shown = [...untrack(() => shown), { ...message, key }].slice(-most);
	return () => dismiss(key);
}

export function dismiss(key: number): void {
	shown = shown.filter((one) => one.key !== key);
}

/** How long a toast stays in ms, 0 for until closed. */
export function durationOf({ durationMs, tone, undo, action }: Toast): number {
	if (durationMs !== undefined) return durationMs;
	if (tone === 'danger') return 0;
	return undo || action ? 8_000 : 5_000;
}
