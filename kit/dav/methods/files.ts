import { etagsIn, type Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parseRange } from '../headers.ts';
import type { DavResource } from '../tree.ts';

/** Answers a file, or the part of it that is asked for (RFC 9110 §14), unless the client has it already. */
export async function get(exchange: Exchange): Promise<Response> {
	const resource = await exchange.resource();
	await exchange.expect(resource);
	if (resource.kind === 'collection') return listing(exchange);
	const headers = headersOf(resource);
	const seen = exchange.header('if-none-match');
	if (seen !== null && (seen.trim() === '*' || (resource.etag !== null && etagsIn(seen).includes(resource.etag))))
		return new Response(null, { status: 304, headers });
	const file = await exchange.tree.read(resource);
	const ifRange = exchange.header('if-range');
	const range = ifRange === null || ifRange === resource.etag ? parseRange(exchange.header('range'), file.size) : null;
	if (range === 'none') return new Response(null, { status: 416, headers: { 'content-range': `bytes */${file.size}` } });
	const body = range ? file.slice(range.first, range.last + 1) : file;
	if (range) headers.set('content-range', `bytes ${range.first}-${range.last}/${file.size}`);
	headers.set('content-length', String(body.size));
	return new Response(exchange.request.method === 'HEAD' ? null : body, { status: range ? 206 : 200, headers });
}

/** What is in a collection, for people who come with a browser. Names only, as text: nothing in them is ever markup. */
async function listing(exchange: Exchange): Promise<Response> {
	const lines = (await exchange.tree.children(await exchange.resource())).map(
		({ path, kind }) => `${path.at(-1)}${kind === 'collection' ? '/' : ''}`,
	);
	const text = `This is a WebDAV folder. Open it with a program that speaks WebDAV, CalDAV or CardDAV.\n\n${lines.join('\n')}\n`;
	return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

function headersOf({ etag, type, modifiedAt, scheduleTag }: DavResource): Headers {
	const headers = new Headers({ 'content-type': type ?? 'application/octet-stream', 'accept-ranges': 'bytes' });
	if (etag !== null) headers.set('etag', etag);
	if (scheduleTag !== undefined) headers.set('schedule-tag', scheduleTag);
	if (modifiedAt !== null) headers.set('last-modified', new Date(modifiedAt).toUTCString());
	// Whatever somebody has put there, a browser shows none of it as a page of this origin.
	headers.set('content-disposition', 'attachment');
	return headers;
}

/** Writes a file. */
export async function put(exchange: Exchange): Promise<Response> {
	const { tree, path, request } = exchange;
	if (exchange.header('content-range') !== null) throw new DavFailure(400, 'A PUT writes a file as a whole.');
	const resource = await tree.find(path);
	await exchange.expect(resource);
	if (resource?.kind === 'collection') throw new DavFailure(405, 'This is a folder. Write a file in it.');
	await exchange.mayChange(path, resource, 'content');
	const bytes = new Uint8Array(await request.arrayBuffer());
	const { etag, scheduleTag } = await tree.put(path, resource, { bytes, type: exchange.header('content-type') });
	const headers = { ...(etag !== null && { etag }), ...(scheduleTag !== undefined && { 'schedule-tag': scheduleTag }) };
	return new Response(null, { status: resource ? 204 : 201, headers });
}

/** Hands something in, as a question about free time (RFC 6638 §5). */
export async function post(exchange: Exchange): Promise<Response> {
	const { tree, request } = exchange;
	const resource = await exchange.resource();
	if (!tree.post) throw new DavFailure(405, 'Nothing can be posted here.');
	const bytes = new Uint8Array(await request.arrayBuffer());
	const { type, text } = await tree.post(resource, { bytes, type: exchange.header('content-type') });
	return new Response(text, { headers: { 'content-type': type } });
}

/** Removes a file, or a collection with all that is in it (RFC 4918 §9.6). */
export async function remove(exchange: Exchange): Promise<Response> {
	const { tree, path, locks } = exchange;
	const resource = await exchange.resource();
	await exchange.expect(resource);
	if (resource.kind === 'collection' && ![null, 'infinity'].includes(exchange.header('depth')?.toLowerCase() ?? null))
		throw new DavFailure(400, 'A folder goes with all that is in it: Depth is infinity.');
	await exchange.mayChange(path, resource, 'place');
	await tree.remove(resource);
	locks.forget(path);
	return new Response(null, { status: 204 });
}
