import { DavFailure } from './failure.ts';

/** Where a resource is in its tree: names from the root on, decoded. The root is the empty path. */
export type DavPath = readonly string[];

/** Longest name of a resource in bytes, and how deep one may lie. */
const LONGEST_NAME = 255;
const DEEPEST = 40;

/**
 * Reads the part of an address behind the tree's root. No name leads out of its folder or hides another separator.
 *
 * @param pathname percent-encoded, as it stands in the request
 * @throws DavFailure 400
 */
export function parsePath(pathname: string): DavPath {
	const path = pathname.split('/').filter(Boolean).map(parseName);
	if (path.length > DEEPEST) throw new DavFailure(400, `Folders lie at most ${DEEPEST} deep in each other.`);
	return path;
}

function parseName(encoded: string): string {
	let name: string;
	try {
		name = decodeURIComponent(encoded);
	} catch (error) {
		if (!(error instanceof URIError)) throw error;
		throw new DavFailure(400, `"${encoded}" is not percent-encoded UTF-8.`);
	}
	// oxlint-disable-next-line no-control-regex -- they are what is refused
	if (name === '.' || name === '..' || /[/\\\u0000-\u001F\u007F]/.test(name))
		throw new DavFailure(400, `"${encoded}" is no name for a resource.`);
	if (Buffer.byteLength(name) > LONGEST_NAME) throw new DavFailure(400, `A name has at most ${LONGEST_NAME} bytes.`);
	return name;
}

/** The address of a resource as a client sees it: collections end in a slash (RFC 4918 §5.2). @param base without a slash at its end */
export function hrefOf(base: string, path: DavPath, collection: boolean): string {
	const names = path.map((name) => `/${encodeURIComponent(name).replaceAll(/[!'()*]/g, percent)}`).join('');
	return `${base}${names}${collection ? '/' : ''}`;
}

function percent(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

export function parentOf(path: DavPath): DavPath {
	return path.slice(0, -1);
}

/** Whether `path` is `ancestor` or lies in it. */
export function isWithin(path: DavPath, ancestor: DavPath): boolean {
	return path.length >= ancestor.length && ancestor.every((name, at) => name === path[at]);
}

export function samePath(a: DavPath, b: DavPath): boolean {
	return a.length === b.length && isWithin(a, b);
}
