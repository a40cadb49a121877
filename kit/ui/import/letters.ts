/** Pieces of a file in UTF-8, whatever its letters are in, as far as its beginning says so (UTF-16 of old address books and of Excel). */
export async function* inUtf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let decoder: TextDecoder | null | undefined;
	const encoder = new TextEncoder();
	for await (const piece of pieces) {
		decoder ??= decoderFor(piece);
		yield decoder ? encoder.encode(decoder.decode(piece, { stream: true })) : piece;
	}
	const rest = decoder?.decode();
	if (rest) yield encoder.encode(rest);
}

function decoderFor(first: Uint8Array): TextDecoder | null {
	if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder('utf-16be');
	if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder('utf-16le');
	return null;
}

/**
 * Letters of a file in UTF-8 or, where it is none, in Windows' (as Outlook and Excel write CSV): decided by the first piece that tells.
 */
export async function* lettersOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	let utf8: TextDecoder | null = new TextDecoder('utf-8', { fatal: true });
	const windows = new TextDecoder('windows-1252');
	for await (const piece of pieces) {
		if (utf8) {
			try {
				yield utf8.decode(piece, { stream: true });
				continue;
			} catch (error) {
				if (!(error instanceof TypeError)) throw error;
				utf8 = null;
			}
		}
		yield windows.decode(piece, { stream: true });
	}
	try {
		yield utf8?.decode() ?? '';
	} catch (error) {
		// A letter that was cut in half at the end of the file.
		if (!(error instanceof TypeError)) throw error;
	}
}

/** Lines of a file with their numbers, whatever ends them. A line may be cut at `longest` letters. */
export async function* linesOf(
	letters: AsyncIterable<string>,
	longest = 1_000_000,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
	let rest = '';
	let line = 0;
	for await (const piece of letters) {
		const parts = (rest + piece).split(/\r\n|\n|\r(?!$)/);
		rest = parts.pop()!.slice(0, longest);
		for (const text of parts) yield { line: ++line, text: text.slice(0, longest) };
	}
	const last = rest.replace(/\r$/, '');
	if (last !== '') yield { line: ++line, text: last };
}
