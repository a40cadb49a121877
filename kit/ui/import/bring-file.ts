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

/** What a system that opens a file with an installed app gives its page (https://wicg.github.io/web-app-launch/#launchqueue-interface). */
interface LaunchQueue {
	setConsumer(take: (launch: { readonly files: readonly { getFile(): Promise<File> }[] }) => void): void;
}

/** Takes files that the system opens with the app while this page is open, where it can. */
export function whenLaunched(take: (file: File) => void): void {
	const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
	launchQueue?.setConsumer(({ files: [handle] }) => void handle?.getFile().then(take));
}
