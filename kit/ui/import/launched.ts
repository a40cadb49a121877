/** What a system that opens a file with an installed app gives its page (https://wicg.github.io/web-app-launch/#launchqueue-interface). */
interface LaunchQueue {
	setConsumer(take: (launch: { readonly files: readonly { getFile(): Promise<File> }[] }) => void): void;
}

/**
 * Takes the file that the system opens with the app while this page is open, where it can.
 *
 * @param unreadable told why a file cannot be read: it was moved, or nobody may read it
 */
export function whenLaunched(take: (file: File) => void, unreadable: (error: unknown) => void): void {
	const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
	launchQueue?.setConsumer(({ files: [handle] }) => void handle?.getFile().then(take, unreadable));
}
