import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { xmlResponse } from '../multistatus.ts';
import { dav } from '../names.ts';
import { child, element, elements, type XmlElement, type XmlName } from '../xml.ts';
import { attempt, changesOf, outcome } from './proppatch.ts';

/** Makes a collection (RFC 4918 §9.3), with a type and properties if the client says so (RFC 5689). */
export function mkcol(exchange: Exchange): Promise<Response> {
	return make(exchange, dav('mkcol'), (set) => {
		const type = child(set, dav('resourcetype'));
		const types = type ? elements(type).map(({ name }) => name) : [];
		if (type && !types.includes(dav('collection')))
			throw new DavFailure(403, 'MKCOL makes collections only.', dav('valid-resourcetype'));
		return types.filter((name) => name !== dav('collection'));
	});
}

/** Makes a calendar (RFC 4791 §5.3.1). */
export function mkcalendar(exchange: Exchange): Promise<Response> {
	return make(exchange, '{urn:ietf:params:xml:ns:caldav}mkcalendar', () => ['{urn:ietf:params:xml:ns:caldav}calendar']);
}

async function make(exchange: Exchange, root: XmlName, typesOf: (set: XmlElement) => XmlName[]): Promise<Response> {
	const { tree, path } = exchange;
	const body = await exchange.body();
	if (body && body.name !== root) throw new DavFailure(415, 'This body says nothing about a collection.');
	const resource = await tree.find(path);
	if (resource) throw new DavFailure(405, 'There is something already.', dav('resource-must-be-null'));
	await exchange.expect(resource);
	await exchange.mayChange(path, resource, 'place');
	if (!tree.makeCollection) throw new DavFailure(403, 'No folders can be made here.');
	const sets = body ? elements(body) : [];
	const set = element(dav('prop'), ...sets.flatMap((part) => child(part, dav('prop'))?.children ?? []));
	const types = typesOf(set);
	const changes = sets.flatMap(changesOf).filter(({ name }) => name !== dav('resourcetype'));
	const refused = await attempt(changes, async () => tree.makeCollection?.(path, types, changes));
	if (!refused) return new Response(null, { status: 201 });
	const answer: XmlName = root === dav('mkcol') ? dav('mkcol-response') : '{urn:ietf:params:xml:ns:caldav}mkcalendar-response';
	return xmlResponse(424, element(answer, ...outcome(changes, refused)));
}
