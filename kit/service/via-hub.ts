import { Problem } from './problem.ts';
import { type Connection, isLoopback } from './request.ts';
import type { ServiceIdentity } from './service-token.ts';

/** By which the hub shows a service on another machine that it is the hub, and may say who asks. */
export const hubHeader = 'x-mana-hub';
const hub = 'mana-web';
/** A proof is good for a minute; the same one is shown for half of it, in milliseconds. */
const shownMs = 30_000;

/** Makes the hub's proofs, one for each service. */
export function hubProofs(
	identity: Pick<ServiceIdentity, 'token'>,
	clock: { now(): number },
): (service: string) => Promise<string> {
	const made = new Map<string, { readonly proof: Promise<string>; readonly at: number }>();
	return (service) => {
		const now = clock.now();
		const last = made.get(service);
		if (last !== undefined && Math.abs(now - last.at) < shownMs) return last.proof;
		const proof = identity.token(service);
		made.set(service, { proof, at: now });
		return proof;
	};
}

/** The connection, with the mark that the hub is at its other end where that proves it; on this machine nobody has to. */
export async function knowHub(
	headers: Headers,
	connection: Connection,
	identity: Pick<ServiceIdentity, 'verify'>,
): Promise<Connection> {
	const proof = headers.get(hubHeader);
	if (proof === null || isLoopback(connection.ip)) return connection;
	try {
		return (await identity.verify(proof)) === hub ? { ...connection, viaHub: true } : connection;
	} catch (error) {
		// Whoever proves nothing is whoever they are.
		if (error instanceof Problem) return connection;
		throw error;
	}
}
