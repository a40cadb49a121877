import type { RecordId } from '@mana/model';
import type { Place } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { commandNeeds } from './command.ts';
import { dependenciesOf, dependsOnOthers } from './depend.ts';
import type { Need, Request, StoredCell } from './state.ts';

/** What deciding `requests` (all of one space, at least one) has to know. */
export function needOf(requests: readonly Request[]): Need {
	const pushes = requests.filter((request) => request.kind === 'push');
	const transactions = pushes.flatMap((push) => push.transactions);
	const commands = requests.flatMap((request) => (request.kind === 'command' ? commandNeeds(request) : []));
	const places = neededPlaces([...transactions, ...commands.map(({ places }) => ({ ops: places }))]);
	const ops = transactions.flatMap((transaction) => transaction.ops.filter(dependsOnOthers));
	const asked = new Set(ops.length > 0 ? places.map(placeKey) : []);
	const records = new Map<RecordId, number>();
	for (const { preconditions = [] } of transactions)
		for (const { record, seq } of preconditions) records.set(record, Math.min(seq, records.get(record) ?? Infinity));
	return {
		space: requests[0]!.space,
		devices: [...new Set(requests.flatMap((request) => ('device' in request ? request.device : [])))],
		persons: [...new Set([...requests.map(({ person }) => person), ...commands.flatMap(({ persons }) => persons)])],
		places,
		further(read: ReadonlyMap<string, StoredCell>) {
			const more: Place[] = [];
			for (const op of ops) {
				for (const place of dependenciesOf(op, (other) => read.get(placeKey(other)))) {
					const key = placeKey(place);
					if (!asked.has(key)) more.push(place);
					asked.add(key);
				}
			}
			return more;
		},
		records: [...records].map(([record, seq]) => ({ record, seq })),
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
