import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parseDepth, parsePrefer } from '../headers.ts';
import { describe, multistatus, type Wanted, wantedIn } from '../multistatus.ts';
import { dav } from '../names.ts';

/** Tells properties of a resource and, with `Depth: 1`, of what is in it (RFC 4918 §9.1). Whole trees are not told at once. */
export async function propfind(exchange: Exchange): Promise<Response> {
	const depth = parseDepth(exchange.header('depth'), 'infinity');
	const { minimal, noRoot } = parsePrefer(exchange.header('prefer'));
	const wanted = await questionOf(exchange);
	const resource = await exchange.resource();
	if (depth === 'infinity' && resource.kind === 'collection')
		throw new DavFailure(403, 'Ask folder by folder, with Depth: 1.', dav('propfind-finite-depth'));
	const inside = depth === 0 || resource.kind === 'file' ? [] : await exchange.tree.children(resource);
	const told = [...(noRoot && depth === 1 ? [] : [resource]), ...inside];
	const applied = [...(minimal ? ['return=minimal'] : []), ...(noRoot && depth === 1 ? ['depth-noroot'] : [])].join(', ');
	return multistatus(
		told.map((one) => describe(one, { exchange, wanted, minimal })),
		applied === '' ? {} : { 'preference-applied': applied },
	);
}

async function questionOf(exchange: Exchange): Promise<Wanted> {
	const body = await exchange.body();
	if (!body) return { kind: 'all', also: [] };
	const wanted = body.name === dav('propfind') ? wantedIn(body) : null;
	if (!wanted) throw new DavFailure(400, 'A PROPFIND asks with propfind for prop, propname or allprop.');
	return wanted;
}
