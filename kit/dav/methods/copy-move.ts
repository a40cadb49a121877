import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parseDepth, parseOverwrite } from '../headers.ts';
import { type DavPath, isWithin } from '../path.ts';
import type { DavResource } from '../tree.ts';

/** Copies a resource, with what is in it unless `Depth: 0` (RFC 4918 §9.8). */
export async function copy(exchange: Exchange): Promise<Response> {
	const depth = parseDepth(exchange.header('depth'), 'infinity');
	if (depth === 1) throw new DavFailure(400, 'A copy has Depth 0 or infinity.');
	const { source, target, replaces } = await places(exchange);
	if (!exchange.tree.copy) throw new DavFailure(403, 'Nothing can be copied here.');
	await exchange.tree.copy(source, target, { replaces, deep: depth === 'infinity' });
	return arrived(exchange, target, replaces);
}

/** Moves a resource with all that is in it (RFC 4918 §9.9). Locks stay behind and end. */
export async function move(exchange: Exchange): Promise<Response> {
	if (parseDepth(exchange.header('depth'), 'infinity') !== 'infinity')
		throw new DavFailure(400, 'A folder moves with all that is in it: Depth is infinity.');
	const { source, target, replaces } = await places(exchange);
	await exchange.mayChange(exchange.path, source, 'place');
	if (!exchange.tree.move) throw new DavFailure(403, 'Nothing can be moved here.');
	await exchange.tree.move(source, target, { replaces });
	exchange.locks.forget(exchange.path);
	return arrived(exchange, target, replaces);
}

interface Places {
	readonly source: DavResource;
	readonly target: DavPath;
	readonly replaces: DavResource | null;
}

async function places(exchange: Exchange): Promise<Places> {
	const destination = exchange.header('destination');
	if (destination === null) throw new DavFailure(400, 'Say with a Destination header where it is to go.');
	const overwrite = parseOverwrite(exchange.header('overwrite'));
	const target = exchange.pathOf(destination);
	if (target === null) throw new DavFailure(502, 'That place is not on this server.');
	const source = await exchange.resource();
	await exchange.expect(source);
	if (isWithin(target, source.path) || isWithin(source.path, target))
		throw new DavFailure(403, 'Nothing can be put into itself, or in place of what holds it.');
	const replaces = await exchange.tree.find(target);
	if (replaces && !overwrite) throw new DavFailure(412, 'There is something at that place already.');
	await exchange.mayChange(target, replaces, 'place');
	return { source, target, replaces };
}

function arrived(exchange: Exchange, target: DavPath, replaces: DavResource | null): Response {
	if (replaces) {
		// The lock of what was replaced stays with the place only where it is the collection's around it.
		for (const { token, root } of exchange.locks.within(target)) if (root.length > target.length) exchange.locks.release(token);
		return new Response(null, { status: 204 });
	}
	return new Response(null, { status: 201 });
}
