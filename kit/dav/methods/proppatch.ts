import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parsePrefer } from '../headers.ts';
import { multistatus, propstat } from '../multistatus.ts';
import { dav } from '../names.ts';
import { liveProperties } from '../properties.ts';
import { type PropertyChange, RefusedProperties } from '../tree.ts';
import { child, element, elements, type XmlElement, type XmlName } from '../xml.ts';

/** Sets and removes properties, all or none (RFC 4918 §9.2). */
export async function proppatch(exchange: Exchange): Promise<Response> {
	const body = await exchange.body();
	if (body?.name !== dav('propertyupdate'))
		throw new DavFailure(400, 'A PROPPATCH says with propertyupdate what to set and remove.');
	const changes = elements(body).flatMap(changesOf);
	const resource = await exchange.resource();
	await exchange.expect(resource);
	await exchange.mayChange(exchange.path, resource, 'content');
	const refused = await attempt(changes, async () => {
		if (!exchange.tree.patch) throw new RefusedProperties(new Map(changes.map(({ name }) => [name, 403])));
		await exchange.tree.patch(resource, changes);
	});
	if (!refused && parsePrefer(exchange.header('prefer')).minimal)
		return new Response(null, { status: 204, headers: { 'preference-applied': 'return=minimal' } });
	const href = exchange.hrefElement(resource.path, resource.kind);
	return multistatus([element(dav('response'), href, ...outcome(changes, refused))]);
}

/** `set` and `remove`, in their order (§14.19). */
export function changesOf(part: XmlElement): PropertyChange[] {
	const properties = elements(child(part, dav('prop')) ?? element(dav('prop')));
	if (part.name === dav('set')) return properties.map((value) => ({ name: value.name, value }));
	if (part.name === dav('remove')) return properties.map(({ name }) => ({ name, value: null }));
	return [];
}

/** Does the work unless a property is one that nobody sets. @returns what was refused, or `null` */
export async function attempt(changes: readonly PropertyChange[], work: () => Promise<void>): Promise<RefusedProperties | null> {
	const fixed = changes.filter(({ name }) => liveProperties.has(name));
	if (fixed.length > 0) return new RefusedProperties(new Map(fixed.map(({ name }) => [name, 403])));
	try {
		await work();
		return null;
	} catch (error) {
		if (error instanceof RefusedProperties) return error;
		throw error;
	}
}

/** What became of each property: what was not refused itself failed with the rest (424). */
export function outcome(changes: readonly PropertyChange[], refused: RefusedProperties | null): XmlElement[] {
	const groups = new Map<number, Map<XmlName, XmlElement>>();
	for (const { name } of changes) {
		const status = refused ? (refused.refused.get(name) ?? 424) : 200;
		groups.set(status, (groups.get(status) ?? new Map<XmlName, XmlElement>()).set(name, element(name)));
	}
	if (groups.size === 0) return [propstat([], 200)];
	return [...groups].map(([status, properties]) => propstat([...properties.values()], status));
}
