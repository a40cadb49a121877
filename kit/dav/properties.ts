import type { Exchange } from './exchange.ts';
import type { Lock } from './locks.ts';
import { dav } from './names.ts';
import type { DavResource } from './tree.ts';
import { element, type XmlElement, type XmlName, type XmlNode } from './xml.ts';

/** What a property says of a resource; `null` when the resource has none of this name. */
type Say = (resource: DavResource, exchange: Exchange) => readonly XmlNode[] | null;

/** The properties that the kit works out for every tree. Nobody can set them. */
export const liveProperties: ReadonlyMap<XmlName, Say> = new Map<XmlName, Say>([
	[
		dav('resourcetype'),
		({ kind, types }) =>
			kind === 'collection'
				? [element(dav('collection')), ...(types ?? []).map((name) => element(name))]
				: (types ?? []).map((name) => element(name)),
	],
	[dav('creationdate'), ({ createdAt }) => (createdAt === null ? null : [`${new Date(createdAt).toISOString().slice(0, 19)}Z`])],
	[dav('getlastmodified'), ({ modifiedAt }) => (modifiedAt === null ? null : [new Date(modifiedAt).toUTCString()])],
	[dav('getetag'), ({ etag }) => (etag === null ? null : [etag])],
	['{urn:ietf:params:xml:ns:caldav}schedule-tag', ({ scheduleTag }) => (scheduleTag === undefined ? null : [scheduleTag])],
	[dav('getcontenttype'), ({ type }) => (type === null ? null : [type])],
	[dav('getcontentlength'), ({ bytes }) => (bytes === null ? null : [String(bytes)])],
	[dav('supportedlock'), () => ['exclusive', 'shared'].map((scope) => element(dav('lockentry'), ...lockKind(scope)))],
	[dav('lockdiscovery'), ({ path }, exchange) => exchange.locks.covering(path).map((lock) => activeLock(lock, exchange))],
	// RFC 5397
	[dav('current-user-principal'), (_, exchange) => [exchange.hrefElement(exchange.tree.principal, 'collection')]],
	// RFC 3744
	[dav('owner'), ({ owner }, exchange) => (owner === null ? null : [exchange.hrefElement(owner, 'collection')])],
	[dav('current-user-privilege-set'), ({ access }) => privileges[access].map(privilege)],
	[
		dav('supported-privilege-set'),
		() => [supported('all', ...degrees.map((one) => supported(one, ...within[one].map((name) => supported(name)))))],
	],
	// A tree shows what one principal sees: of the rights on it, theirs. They come from spaces, and are changed there.
	[
		dav('acl'),
		({ access }, exchange) => [
			element(
				dav('ace'),
				element(dav('principal'), exchange.hrefElement(exchange.tree.principal, 'collection')),
				element(dav('grant'), ...privileges[access].map(privilege)),
				element(dav('protected')),
			),
		],
	],
	[dav('acl-restrictions'), () => [element(dav('grant-only')), element(dav('no-invert'))]],
	[dav('inherited-acl-set'), () => []],
	[dav('principal-collection-set'), (_, exchange) => [exchange.hrefElement(exchange.tree.principal.slice(0, -1), 'collection')]],
	// RFC 3253
	[
		dav('supported-report-set'),
		({ kind }, { tree }) =>
			[
				...(kind === 'collection' && tree.changes ? [dav('sync-collection')] : []),
				dav('expand-property'),
				...tree.reports.keys(),
			].map((name) => element(dav('supported-report'), element(dav('report'), element(name)))),
	],
]);

/** What `allprop` tells besides what clients set: the properties of RFC 4918 (§9.1), none of which is long. */
export const inAllprop: ReadonlySet<XmlName> = new Set(
	[
		'resourcetype',
		'creationdate',
		'getlastmodified',
		'getetag',
		'getcontenttype',
		'getcontentlength',
		'supportedlock',
		'lockdiscovery',
	].map(dav),
);

/** The privileges of RFC 3744 §3, by the two that hold them, which are our degrees of access. */
const degrees = ['read', 'write'] as const;
const within = {
	read: ['read-acl', 'read-current-user-privilege-set'],
	write: ['write-properties', 'write-content', 'bind', 'unbind', 'unlock'],
};
const privileges = { read: ['read', ...within.read], write: ['read', ...within.read, 'write', ...within.write] };

function privilege(name: string): XmlElement {
	return element(dav('privilege'), element(dav(name)));
}

/** `<D:supported-privilege>` (RFC 3744 §5.3), with those that it holds. */
function supported(name: string, ...inside: readonly XmlElement[]): XmlElement {
	return element(dav('supported-privilege'), privilege(name), element(dav('description'), name.replaceAll('-', ' ')), ...inside);
}

/** A property of a resource; `null` when the resource has none of this name. */
export function propertyOf(name: XmlName, resource: DavResource, exchange: Exchange): XmlElement | null {
	const say = liveProperties.get(name);
	if (!say) return resource.properties.get(name) ?? null;
	const said = say(resource, exchange);
	return said && element(name, ...said);
}

/** Every name that a resource has a value for. */
export function namesOf(resource: DavResource, exchange: Exchange): XmlName[] {
	const live = [...liveProperties.keys()].filter((name) => propertyOf(name, resource, exchange) !== null);
	return [...live, ...resource.properties.keys()];
}

/** `<D:activelock>` (RFC 4918 §14.1). */
export function activeLock(lock: Lock, exchange: Exchange): XmlElement {
	return element(
		dav('activelock'),
		...lockKind(lock.scope),
		element(dav('depth'), String(lock.depth)),
		...(lock.owner ? [lock.owner] : []),
		element(dav('timeout'), `Second-${exchange.locks.secondsLeft(lock)}`),
		element(dav('locktoken'), element(dav('href'), lock.token)),
		element(dav('lockroot'), exchange.hrefElement(lock.root, 'file')),
	);
}

function lockKind(scope: string): XmlElement[] {
	return [element(dav('lockscope'), element(dav(scope))), element(dav('locktype'), element(dav('write')))];
}
