import type { SpaceId } from '@mana/sync';

/** What the worker is asked: to bring one snapshot in this file up to date. `now`: ms since 1970. */
export interface BuildTask {
	readonly file: string;
	readonly space: SpaceId;
	readonly now: number;
}

/** Whether there is a newer snapshot, or why it could not be built. */
export type BuildOutcome = { readonly built: boolean } | { readonly failed: string };

/** Builds in a thread that lives as long as the build: it is rare, and its memory is gone afterwards. */
export function buildInThread(task: BuildTask): Promise<boolean> {
	const worker = new Worker(new URL('./worker.ts', import.meta.url).href);
	return new Promise<boolean>((resolve, reject) => {
		worker.addEventListener('message', ({ data }: MessageEvent<BuildOutcome>) => {
			if ('built' in data) resolve(data.built);
			else reject(new Error(data.failed));
		});
		worker.addEventListener('error', ({ message }) => reject(new Error(`The builder died: ${message}`)));
		worker.postMessage(task, []);
	}).finally(() => worker.terminate());
}
