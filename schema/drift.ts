import { type Holding, holdingsOf } from './holdings.ts';
import type { HostPlan, PublicName } from './plans.ts';
import type { Exposure } from './row.ts';

/** Something that one plan has otherwise than another. `portName` is the port's name in its row. */
export type Change =
	| {
			readonly kind: 'appeared';
			readonly service: string;
			readonly portName: string;
			readonly host: string;
			readonly port: number;
	  }
	| {
			readonly kind: 'disappeared';
			readonly service: string;
			readonly portName: string;
			readonly host: string;
			readonly port: number;
	  }
	| {
			readonly kind: 'moved';
			readonly service: string;
			readonly portName: string;
			readonly host: string;
			readonly from: number;
			readonly to: number;
	  }
	| {
			readonly kind: 'changed-host';
			readonly service: string;
			readonly portName: string;
			readonly from: Place;
			readonly to: Place;
	  }
	| {
			readonly kind: 'changed-exposure';
			readonly service: string;
			readonly host: string;
			readonly from: Exposure;
			readonly to: Exposure;
	  }
	/** `null`: the name does not exist there. */
	| { readonly kind: 'public-name'; readonly name: string; readonly from: string | null; readonly to: string | null };

/** A number on a host. */
export interface Place {
	readonly host: string;
	readonly port: number;
}

/** One port before and after; `null` where it is not there at all. */
export interface Pair {
	readonly before: Holding | null;
	readonly after: Holding | null;
}

/** What is compared: who holds which port, and which names lead where. */
export interface State {
	readonly holdings: readonly Holding[];
	readonly publicNames: readonly PublicName[];
}

export function stateOf(plan: HostPlan): State {
	return { holdings: holdingsOf(plan), publicNames: plan.publicNames };
}

/** Everything that one state has otherwise than another, in the order of the later one's rows; names last. */
export function driftOf(from: State, to: State): Change[] {
	return [...pairsOf(from.holdings, to.holdings).flatMap(changesIn), ...nameChanges(from.publicNames, to.publicNames)];
}

/**
 * Which port of before is which port of after: on one host where a service stays there, else from a host that it leaves to one that
 * it comes to, in order.
 */
export function pairsOf(from: readonly Holding[], to: readonly Holding[]): Pair[] {
	const key = ({ service, portName }: Holding) => `${service} ${portName}`;
	const keys = [...new Set([...to, ...from].map(key))];
	return keys.flatMap((name) => {
		const before = from.filter((holding) => key(holding) === name);
		const after = to.filter((holding) => key(holding) === name);
		const stays = before.flatMap((holding): { before: Holding; after: Holding }[] => {
			const same = after.find(({ host }) => host === holding.host);
			return same ? [{ before: holding, after: same }] : [];
		});
		const leaves = before.filter((holding) => !stays.some((pair) => pair.before === holding));
		const comes = after.filter((holding) => !stays.some((pair) => pair.after === holding));
		const count = Math.max(leaves.length, comes.length);
		return [
			...stays,
			...Array.from({ length: count }, (_, index) => ({ before: leaves[index] ?? null, after: comes[index] ?? null })),
		];
	});
}

function changesIn({ before, after }: Pair): Change[] {
	if (!before || !after) {
		const only = before ?? after;
		if (!only) return [];
		const { service, portName, host, port } = only;
		return [{ kind: after ? 'appeared' : 'disappeared', service, portName, host, port }];
	}
	const { service, portName, host } = after;
	const changes: Change[] = [];
	if (before.host !== host)
		changes.push({
			kind: 'changed-host',
			service,
			portName,
			from: { host: before.host, port: before.port },
			to: { host, port: after.port },
		});
	else if (before.port !== after.port)
		changes.push({ kind: 'moved', service, portName, host, from: before.port, to: after.port });
	if (before.exposure !== after.exposure && portName === 'main')
		changes.push({ kind: 'changed-exposure', service, host, from: before.exposure, to: after.exposure });
	return changes;
}

function nameChanges(from: readonly PublicName[], to: readonly PublicName[]): Change[] {
	const leads = (names: readonly PublicName[], name: string) => {
		const found = names.find((route) => route.name === name);
		return found ? found.service + (found.port && found.port !== 'main' ? ` (${found.port})` : '') : null;
	};
	return [...new Set([...to, ...from].map(({ name }) => name))]
		.map((name): Change => ({ kind: 'public-name', name, from: leads(from, name), to: leads(to, name) }))
		.filter((change) => change.kind === 'public-name' && change.from !== change.to);
}
