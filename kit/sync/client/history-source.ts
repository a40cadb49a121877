import type { RecordChanges } from '../record-history.ts';
import { HistoryUnavailable } from './api.ts';
import type { HistorySource } from './link.ts';

/**
 * The history of records over HTTP.
 *
 * @param get fetches a path below the spaces of mana-sync, as whom the token says
 */
export function historySource(get: (path: string, token: string) => Promise<Response>): HistorySource {
	return async (space, { collection, record, next }, token) => {
		const page = next ? `&before=${next.before}&epoch=${next.epoch}` : '';
		const response = await get(`/${space}/records/${record}/history?collection=${collection}${page}`, token);
		if (response.status === 401) throw new HistoryUnavailable('signed-out');
		if (response.status === 404) throw new HistoryUnavailable('unknown-space');
		if (response.status === 409) throw new HistoryUnavailable('other-history');
		if (!response.ok) throw new Error(`No history: ${response.status}.`);
		return (await response.json()) as RecordChanges;
	};
}
