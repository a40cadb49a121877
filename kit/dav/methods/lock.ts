import type { Exchange } from '../exchange.ts';
import { DavFailure } from '../failure.ts';
import { parseDepth, parseTimeout } from '../headers.ts';
import { type Lock, lockLimits } from '../locks.ts';
import { xmlResponse } from '../multistatus.ts';
import { dav } from '../names.ts';
import { activeLock } from '../properties.ts';
import { child, element } from '../xml.ts';

/** Takes a write lock, or refreshes one (RFC 4918 §9.10). What is not there yet comes into being as an empty file. */
export async function lock(exchange: Exchange): Promise<Response> {
	const body = await exchange.body();
	const lifeMs = parseTimeout(exchange.header('timeout'), lockLimits);
	if (!body) return refresh(exchange, lifeMs);
	const scope = child(body, dav('lockscope'));
	const shared = scope && child(scope, dav('shared'));
	if (body.name !== dav('lockinfo') || !scope || !(shared || child(scope, dav('exclusive'))))
		throw new DavFailure(400, 'A LOCK says with lockinfo whether it is exclusive or shared.');
	const depth = parseDepth(exchange.header('depth'), 'infinity');
	if (depth === 1) throw new DavFailure(400, 'A lock has Depth 0 or infinity.');
	const { tree, path, person, locks } = exchange;
	const resource = await tree.find(path);
	await exchange.expect(resource);
	if (resource?.access === 'read') throw new DavFailure(403, 'You may read this, not change it.');
	if (!resource) await exchange.mayChange(path, null, 'place');
	const taken = locks.take(
		{ root: path, depth, scope: shared ? 'shared' : 'exclusive', owner: child(body, dav('owner')) ?? null, principal: person },
		lifeMs,
	);
	try {
		if (!resource) await tree.put(path, null, { bytes: new Uint8Array(), type: null });
	} catch (error) {
		locks.release(taken.token);
		throw error;
	}
	return told(exchange, taken, resource ? 200 : 201, { 'lock-token': `<${taken.token}>` });
}

async function refresh(exchange: Exchange, lifeMs: number): Promise<Response> {
	const { locks, path, person } = exchange;
	await exchange.expect(await exchange.tree.find(path));
	const sent = exchange.tokens();
	const held = locks.covering(path).find(({ token, principal }) => sent.has(token) && principal === person);
	if (!held) throw new DavFailure(412, 'Name the lock to refresh in an If header.', dav('lock-token-matches-request-uri'));
	return told(exchange, locks.refresh(held, lifeMs), 200, {});
}

/** Gives a lock back (RFC 4918 §9.11). */
export async function unlock(exchange: Exchange): Promise<Response> {
	const token = /^<(.+)>$/.exec(exchange.header('lock-token')?.trim() ?? '')?.[1];
	if (token === undefined) throw new DavFailure(400, 'Say with a Lock-Token header which lock to give back.');
	await exchange.resource();
	const held = exchange.locks.covering(exchange.path).find((one) => one.token === token);
	if (!held) throw new DavFailure(409, 'There is no such lock here.', dav('lock-token-matches-request-uri'));
	if (held.principal !== exchange.person) throw new DavFailure(403, 'This lock belongs to somebody else.');
	exchange.locks.release(token);
	return new Response(null, { status: 204 });
}

function told(exchange: Exchange, held: Lock, status: number, headers: Record<string, string>): Response {
	return xmlResponse(status, element(dav('prop'), element(dav('lockdiscovery'), activeLock(held, exchange))), headers);
}
