/** How long the browser may take to begin with it, in ms. */
const HELD_MS = 60_000;

/** Saves a file where the browser saves downloads. It goes under no type that could be opened in our name. */
export function saveFile(content: Blob, name: string): void {
	const url = URL.createObjectURL(content.slice(0, content.size, 'application/octet-stream'));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), HELD_MS);
}
