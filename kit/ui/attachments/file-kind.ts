/** What can be done with a file on the screen. Anything else is only downloaded. */
export type FileKind = 'image' | 'audio' | 'video' | 'pdf' | 'text' | 'archive' | 'other';

/**
 * Types that a browser may be told. A blob URL lives under our own name, so a page or a drawing with scripts in it (HTML, SVG, XML) must never
 * come with its own type: it would run as if we had written it.
 */
const SHOWN: ReadonlyMap<string, FileKind> = new Map(
	Object.entries({
		'image/png': 'image',
		'image/jpeg': 'image',
		'image/gif': 'image',
		'image/webp': 'image',
		'image/avif': 'image',
		'image/bmp': 'image',
		'audio/mpeg': 'audio',
		'audio/mp4': 'audio',
		'audio/aac': 'audio',
		'audio/ogg': 'audio',
		'audio/wav': 'audio',
		'audio/webm': 'audio',
		'audio/flac': 'audio',
		'video/mp4': 'video',
		'video/webm': 'video',
		'video/ogg': 'video',
		'video/quicktime': 'video',
		'application/pdf': 'pdf',
	} as const),
);

const ARCHIVES = /^application\/(zip|gzip|x-tar|x-7z-compressed|vnd\.rar|x-bzip2|x-xz)$/;
const TEXTS = /^(text\/|application\/(json|xml|x-yaml|yaml|javascript|sql|toml)$|image\/svg\+xml$|message\/rfc822$)/;

export function kindOf(type: string): FileKind {
	return SHOWN.get(type) ?? (TEXTS.test(type) ? 'text' : ARCHIVES.test(type) ? 'archive' : 'other');
}

/** The type under which the browser may have a file: its own where that is harmless, `application/octet-stream` otherwise. */
export function safeType(type: string): string {
	return SHOWN.has(type) ? type : 'application/octet-stream';
}

/** The media type that a file says it has, as a reference may hold it (RFC 6838, without parameters). */
export function declaredType(type: string): string {
	const bare = type.split(';')[0]!.trim().toLowerCase();
	return /^[!#$&^_.+a-z0-9-]{1,127}\/[!#$&^_.+a-z0-9-]{1,127}$/.test(bare) ? bare : 'application/octet-stream';
}
