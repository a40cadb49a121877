/** Width and height in pixels. */
export interface ImageSize {
	readonly width: number;
	readonly height: number;
}

/** Bytes of the beginning of a file that `imageSize` wants to see: the head of a JPEG may hold a picture of its own. */
export const HEAD_BYTES = 256 * 1024;

/**
 * The size that the head of a picture declares, without decoding it: a file of a few kilobytes may claim more pixels than there is memory.
 * Reads PNG (§11.2.2), GIF89a (§18), BMP, WebP (RFC 9649) and JPEG (T.81 §B.2.2); `null` for anything else.
 */
export function imageSize(head: Uint8Array): ImageSize | null {
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	try {
		if (starts(head, 0, '\x89PNG')) return { width: view.getUint32(16), height: view.getUint32(20) };
		if (starts(head, 0, 'GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
		if (starts(head, 0, 'BM')) return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
		if (starts(head, 0, 'RIFF') && starts(head, 8, 'WEBP')) return webp(head, view);
		if (starts(head, 0, '\xff\xd8')) return jpeg(view);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error; // it ends in the middle of its head
	}
	return null;
}

function webp(head: Uint8Array, view: DataView): ImageSize | null {
	if (starts(head, 12, 'VP8 ')) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
	if (starts(head, 12, 'VP8L')) {
		const bits = view.getUint32(21, true);
		return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
	}
	const three = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
	return starts(head, 12, 'VP8X') ? { width: three(24) + 1, height: three(27) + 1 } : null;
}

/** Walks the segments to the frame's header. */
function jpeg(view: DataView): ImageSize | null {
	for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
		const marker = view.getUint8(at + 1);
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
	}
	return null;
}

function starts(head: Uint8Array, at: number, text: string): boolean {
	return [...text].every((letter, i) => head[at + i] === letter.charCodeAt(0));
}
