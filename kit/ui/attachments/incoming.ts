/** Most files that one drop brings. A folder with more is a mistake more often than not. */
export const MOST_AT_ONCE = 100;

/** Whether something that is dragged or pasted brings files. */
export function bringsFiles(data: DataTransfer | null): data is DataTransfer {
	return data !== null && data.types.includes('Files');
}

/**
 * The files of a drop, those in folders too, at whatever depth and without their way there. Call it while the drop is being handled: afterwards
 * the browser forgets.
 *
 * @returns at most `MOST_AT_ONCE` and one more
 */
export async function droppedFiles(data: DataTransfer): Promise<readonly File[]> {
	const entries = [...data.items].flatMap((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : []));
	if (entries.length === 0) return [...data.files];
	const found: File[] = [];
	for (const entry of entries) await collect(entry, found);
	return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
	if (found.length > MOST_AT_ONCE) return;
	if (entry.isFile) {
		found.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
		return;
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	// A reader hands out a folder piece by piece, and an empty piece at its end.
	for (let piece; (piece = await read(reader)).length > 0 && found.length <= MOST_AT_ONCE;)
		for (const inside of piece) await collect(inside, found);
}

function read(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
	return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
