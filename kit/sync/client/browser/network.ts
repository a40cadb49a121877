import type { Environment } from '../environment.ts';
import type { Network } from '../platform.ts';
import { fallbackConnector, laterConnector, socketConnector } from '../transport.ts';

/** Doors of mana-sync on the page's own origin. */
const SOCKET = '/api/mana-sync/socket';
const EXCHANGE = '/api/mana-sync/exchange';
const CHUNKS = '/api/mana-sync/chunks';

/**
 * The ways of a page to the server: loaded only where there is somebody to sync with, and what is rarely taken when it is.
 *
 * @param spacesUrl below which the spaces are
 */
export function browserNetwork({ elapsed }: Environment, spacesUrl: string): Network {
	return {
		connector: fallbackConnector(
			socketConnector(() => new WebSocket(new URL(SOCKET, location.origin.replace(/^http/, 'ws')))),
			laterConnector('exchange', async () => (await import('../exchange.ts')).exchangeConnector(post)),
			elapsed,
		),
		chunks: fetchChunk,
		async history(...asked) {
			const { historySource } = await import('../history-source.ts');
			const get = (path: string, token: string) =>
				fetch(`${spacesUrl}${path}`, { headers: { authorization: `Bearer ${token}` }, cache: 'no-store' });
			return historySource(get)(...asked);
		},
	};
}

function post(body: Uint8Array, waitMs: number, signal: AbortSignal): Promise<Response> {
	return fetch(`${EXCHANGE}?wait=${waitMs}`, {
		method: 'POST',
		body: body as Uint8Array<ArrayBuffer>,
		signal,
		cache: 'no-store',
	});
}

async function fetchChunk(space: string, hash: string, token: string, signal: AbortSignal): Promise<Uint8Array> {
	// It is kept in the database of the account: what the browser kept besides would outlive a revocation.
	const response = await fetch(`${CHUNKS}/${space}/${hash}`, {
		headers: { authorization: `Bearer ${token}` },
		cache: 'no-store',
		signal,
	});
	if (!response.ok) throw new Error(`No chunk: ${response.status}.`);
	return new Uint8Array(await response.arrayBuffer());
}
