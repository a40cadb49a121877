import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parseDepth, parsePrefer } from '../headers.ts';
import { describe, multistatus, statusLine, type Telling, type Wanted, wantedIn } from '../multistatus.ts';
import { dav } from '../names.ts';
import { propertyOf } from '../properties.ts';
import type { DavPath } from '../path.ts';
import type { DavResource } from '../tree.ts';
import { attribute, child, element, elements, textOf, type XmlElement, type XmlName, type XmlNode } from '../xml.ts';

/** How many changes one answer holds at most (RFC 6578 §3.6). */
const MOST_CHANGES = 5_000;

/** Answers a question of its own kind (RFC 3253 §3.6): those of the kit, and those that the tree knows. */
export async function report(exchange: Exchange): Promise<Response> {
	const body = await exchange.body();
	if (!body) throw new DavFailure(400, 'A REPORT says in its body which one it is.');
	const resource = await exchange.resource();
	if (body.name === dav('sync-collection')) return syncCollection(exchange, resource, body);
	const telling = { exchange, wanted: wantedIn(body) ?? nothing, minimal: parsePrefer(exchange.header('prefer')).minimal };
	if (body.name === dav('expand-property')) return multistatus([await expanded(resource, body, telling, 0)]);
	const answer = exchange.tree.reports.get(body.name);
	if (!answer) throw new DavFailure(403, 'There is no such report here.', dav('supported-report'));
	const depth = parseDepth(exchange.header('depth'), 0);
	const lines = await answer({ resource, body, depth, pathOf: (href) => exchange.pathOf(href) });
	if ('text' in lines) return new Response(lines.text, { headers: { 'content-type': lines.type } });
	return multistatus(
		lines.map((line) => {
			if ('cutOff' in line) return cutOff(exchange, line.cutOff);
			return 'resource' in line ? describe(line.resource, telling) : gone(exchange, line.missing);
		}),
	);
}

const nothing: Wanted = { kind: 'these', asked: [] };

async function syncCollection(exchange: Exchange, resource: DavResource, body: XmlElement): Promise<Response> {
	const { tree } = exchange;
	if (!tree.changes || resource.kind !== 'collection')
		throw new DavFailure(403, 'What changed here is not kept.', dav('supported-report'));
	// Older clients said it with Depth (RFC 6578 appendix A).
	const level =
		textOf(child(body, dav('sync-level')) ?? element(dav('sync-level'))) || String(parseDepth(exchange.header('depth'), 1));
	if (level !== '1') throw new DavFailure(403, 'Ask folder by folder, with sync-level 1.', dav('sync-traversal-supported'));
	const since = textOf(child(body, dav('sync-token')) ?? element(dav('sync-token'))) || null;
	const told = await tree.changes(resource, since, limitOf(body));
	const telling = { exchange, wanted: wantedIn(body) ?? nothing, minimal: true };
	return multistatus([
		...told.changed.map((one) => describe(one, telling)),
		...told.removed.map((path) => gone(exchange, path)),
		...(told.more ? [cutOff(exchange, resource)] : []),
		element(dav('sync-token'), told.token),
	]);
}

/** There is more than was told (RFC 6578 §3.6, RFC 6352 §8.6.2). */
function cutOff(exchange: Exchange, { path, kind }: DavResource): XmlElement {
	return element(
		dav('response'),
		exchange.hrefElement(path, kind),
		element(dav('status'), statusLine(507)),
		element(dav('error'), element(dav('number-of-matches-within-limits'))),
	);
}

function limitOf(body: XmlElement): number {
	const limit = child(body, dav('limit'));
	const wanted = limit && Number(textOf(child(limit, dav('nresults')) ?? limit));
	return wanted !== undefined && Number.isSafeInteger(wanted) && wanted > 0 ? Math.min(wanted, MOST_CHANGES) : MOST_CHANGES;
}

function gone(exchange: Exchange, at: DavPath | string): XmlElement {
	const href = typeof at === 'string' ? element(dav('href'), at) : exchange.hrefElement(at, 'file');
	return element(dav('response'), href, element(dav('status'), statusLine(404)));
}

/** How many hrefs may lead on from each other. */
const DEEPEST_EXPANSION = 3;

/** Properties whose values are addresses, told together with what is asked about those (RFC 3253 §3.8). */
async function expanded(resource: DavResource, asked: XmlElement, telling: Telling, deep: number): Promise<XmlElement> {
	const { exchange } = telling;
	const found: XmlElement[] = [];
	const missing: XmlElement[] = [];
	for (const property of elements(asked).filter(({ name }) => name === dav('property'))) {
		const name: XmlName = `{${attribute(property, 'namespace') ?? 'DAV:'}}${attribute(property, 'name') ?? ''}`;
		const value = propertyOf(name, resource, exchange);
		if (!value) missing.push(element(name));
		else found.push(element(name, ...(await followed(value.children, property, telling, deep))));
	}
	const answer = describe(resource, { ...telling, wanted: nothing });
	const group = (properties: XmlElement[], status: number) =>
		element(dav('propstat'), element(dav('prop'), ...properties), element(dav('status'), statusLine(status)));
	return element(
		dav('response'),
		answer.children[0]!,
		group(found, 200),
		...(missing.length > 0 && !telling.minimal ? [group(missing, 404)] : []),
	);
}

async function followed(value: readonly XmlNode[], property: XmlElement, telling: Telling, deep: number): Promise<XmlNode[]> {
	const leads = elements(property).length > 0 && deep < DEEPEST_EXPANSION;
	const nodes: XmlNode[] = [];
	for (const node of value) {
		const path = leads && typeof node !== 'string' && node.name === dav('href') ? telling.exchange.pathOf(textOf(node)) : null;
		const resource = path && (await telling.exchange.tree.find(path));
		nodes.push(resource ? await expanded(resource, property, telling, deep + 1) : node);
	}
	return nodes;
}
