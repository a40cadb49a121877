import type { XmlName } from './xml.ts';

/** A name of WebDAV itself. */
export function dav(local: string): XmlName {
	return `{DAV:}${local}`;
}
