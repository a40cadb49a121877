import { at, type Comparison, type Disagreement, listed, oncePer, portsIn } from '../disagreement.ts';
import type { PortStatement } from '../statement.ts';

/** Of two containers that want one port of their host, the second cannot start. */
export const sharedHostPort: Comparison = {
	finds: 'two services on one port of a host',
	compare: (statements) => shared(portsIn(statements, 'publishes'), 'host-port-twice', 'Only the first one can start.'),
};

/** Several services that one file of settings gives the same number to. */
export const sharedNumber: Comparison = {
	finds: 'one number for several services in one file of settings',
	compare: (statements) => shared(portsIn(statements, 'sets'), 'number-twice', 'On one machine only one of them can have it.'),
};

function shared(statements: readonly PortStatement[], code: string, why: string): Disagreement[] {
	const groups = Map.groupBy(statements, ({ file, port, transport }) => `${file} ${port} ${transport}`);
	return [...groups.values()].flatMap((group): Disagreement[] => {
		const [first, ...others] = oncePer(group, ({ service, name }) => service ?? name);
		const rivals = first ? others.filter((other) => first.at === null || other.at === null || first.at === other.at) : [];
		if (!first || rivals.length === 0) return [];
		const all = [first, ...rivals].map((one) => `${one.service ?? one.name} (${at(one)})`);
		const { file, line, service } = rivals[0] ?? first;
		return [
			{
				code,
				file,
				line,
				service,
				message: `${listed(all)} have one number, ${first.port}. ${why}`,
				fix: 'Give each its own: `mana ports next RANGE` names a free one.',
			},
		];
	});
}
