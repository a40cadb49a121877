import { goto } from '$app/navigation';

/** A file on its way to the page that brings it in. The state of an entry in the history holds no files. */
let underway: { readonly page: string; readonly file: File } | null = null;

/** Goes to the import page of an app with a file that was dropped or shared elsewhere. */
export async function bringFile(file: File, page: string, { replace = false } = {}): Promise<void> {
	underway = { page, file };
	await goto(page, { replace });
}

/** The file that was brought to a page; the first to ask has it. */
export function broughtFile(page: string): File | null {
	const file = underway?.page === page ? underway.file : null;
	underway = null;
	return file;
}
