import type { Place } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { commandNeeds } from './command.ts';
import type { Need, Request } from './state.ts';

/** What deciding `requests` (all of one space, at least one) has to know. */
export function needOf(requests: readonly Request[]): Need {
	const pushes = requests.filter((request) => request.kind === 'push');
	const transactions = pushes.flatMap((push) => push.transactions);
	const commands = requests.flatMap((request) => (request.kind === 'command' ? commandNeeds(request) : []));
	return {
		space: requests[0]!.space,
		devices: [...new Set(requests.flatMap((request) => ('device' in request ? request.device : [])))],
		persons: [...new Set([...requests.map(({ person }) => person), ...commands.flatMap(({ persons }) => persons)])],
		places: neededPlaces([...transactions, ...commands.map(({ places }) => ({ ops: places }))]),
		records: [...new Set(transactions.flatMap(({ preconditions }) => preconditions?.map(({ record }) => record) ?? []))],
		memberships: requests.some(({ kind }) => kind === 'seat' || kind === 'mirror'),
		invitations: [...new Set(commands.flatMap(({ invitations }) => invitations))],
	};
}

/** Every place that the transactions write, once. */
export function neededPlaces(transactions: readonly { readonly ops: readonly Place[] }[]): Place[] {
	const places = new Map<string, Place>();
	for (const { ops } of transactions) for (const op of ops) places.set(placeKey(op), op);
	return [...places.values()];
}
