import type { Realm } from '../realm.ts';

/** Seals a token for one connection: in another one's row it opens nothing. */
export function sealToken({ keys }: Pick<Realm, 'keys'>, connection: string, token: string): Uint8Array {
	return keys.seal(new TextEncoder().encode(token), labelOf(connection));
}

/** @throws SealBroken where it was sealed with another secret, or for another connection */
export function openToken({ keys }: Pick<Realm, 'keys'>, connection: string, sealed: Uint8Array): string {
	return new TextDecoder().decode(keys.open(sealed, labelOf(connection)));
}

function labelOf(connection: string): string {
	return `token of connection ${connection}`;
}
