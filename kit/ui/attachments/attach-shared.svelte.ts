import { AttachedFiles, type Parts } from './attached-files.svelte.ts';

/**
 * Attaches files to a record that is not on the screen: what was shared with an app.
 *
 * @returns those that could not be read or kept, with why
 */
export async function attachAll(
	parts: Parts,
	files: readonly File[],
	label: (name: string) => string,
): Promise<readonly { name: string; error: unknown }[]> {
	let attached!: AttachedFiles;
	const end = $effect.root(() => void (attached = new AttachedFiles(parts)));
	try {
		return await attached.add(files, label);
	} finally {
		end();
	}
}
