import type { SpaceId } from '@mana/sync';

/** What the worker is asked: to count the cells of a space in this file. */
export interface CountTask {
	readonly file: string;
	readonly space: SpaceId;
}

/** `null`: they are counted; otherwise why not. */
export type CountOutcome = { readonly failed: string | null };

/** Counts in a thread that lives as long as the count: it is rare, and reads the whole space. */
export function countInThread(task: CountTask): Promise<void> {
	const worker = new Worker(new URL('./worker.ts', import.meta.url).href);
	return new Promise<void>((resolve, reject) => {
		worker.addEventListener('message', ({ data }: MessageEvent<CountOutcome>) => {
			if (data.failed === null) resolve();
			else reject(new Error(data.failed));
		});
		worker.addEventListener('error', ({ message }) => reject(new Error(`The count died: ${message}`)));
		worker.postMessage(task, []);
	}).finally(() => worker.terminate());
}
