import { isMachine, type Address } from './addresses.ts';
import { hostPlans } from '../plans.ts';
import { serviceMeant } from './names.ts';
import { type Place, portStatement, type Statement } from './statement.ts';

/**
 * What a way from a public name to an address says.
 *
 * @param name the public name (and path) that leads there, as the file writes it
 */
export function routed(name: string, { host, port, scheme }: Address, place: Place): Statement[] {
	const isName = !isMachine(host) && !host.includes('.');
	const byHost = isName ? serviceMeant(host) : null;
	const service = byHost ?? (isName ? null : serviceOfPublicName(name));
	const number = port ?? (scheme === 'https' ? 443 : scheme === 'http' || scheme === null ? 80 : null);
	return [
		...(isName ? [{ ...place, kind: 'name' as const, service: byHost, name: host }] : []),
		...(number === null
			? []
			: [
					portStatement({
						...place,
						says: 'routes',
						service,
						name: isName ? host : name,
						port: number,
						by: name,
						inside: isName,
					}),
				]),
	];
}

/** By what a plan of the house says of a name, else by its first label: `gpu-llm.mana.how` is mana-llm. */
function serviceOfPublicName(name: string): string | null {
	const host = name.replace(/[/:].*$/, '');
	const known = hostPlans.flatMap((plan) => plan.publicNames).find((route) => route.name === host);
	return known?.service ?? serviceMeant(host.split('.')[0] ?? '', 'web');
}
