import { isMachine, type Address } from './addresses.ts';
import { hostPlans } from '../plans.ts';
import { services } from '../services.ts';
import { serviceMeant } from './names.ts';
import { type Place, portStatement, type Statement } from './statement.ts';

/**
 * What a way from a public name to an address says.
 *
 * @param name the public name that leads there, as the file writes it
 * @param path what of that name leads there; empty: all of it
 */
export function routed(name: string, { host, port, scheme }: Address, place: Place, path = ''): Statement[] {
	const isName = !isMachine(host) && !host.includes('.');
	const number = port ?? (scheme === 'https' ? 443 : scheme === 'http' || scheme === null ? 80 : null);
	const byHost = isName ? serviceMeant(host) : null;
	const by = path === '' ? name : name + (path.startsWith('/') ? path : ` ${path}`);
	const service = byHost ?? (isName ? null : isWhole(path) ? serviceOfPublicName(name) : serviceAt(path, name, number));
	return [
		...(isName ? [{ ...place, kind: 'name' as const, service: byHost, name: host }] : []),
		...(number === null
			? []
			: [
					portStatement({
						...place,
						says: 'routes',
						service,
						name: isName ? host : by,
						port: number,
						by,
						inside: isName,
					}),
				]),
	];
}

function isWhole(path: string): boolean {
	return /^(\^?\/?\*?|\^?\/\.\*)\$?$/.test(path);
}

/** A part of a name may lead to whom the name means, or to whom its own words say: `/api/auth/*`, `^/sync`; else to anybody. */
function serviceAt(path: string, name: string, port: number | null): string | null {
	const whole = serviceOfPublicName(name);
	if (services.some((row) => row.name === whole && row.ports.some((own) => own.port === port))) return whole;
	const words = path.split(/[^\w-]+/).filter((word) => /^[a-z]/i.test(word));
	return words.map((word) => serviceMeant(word)).find((found) => found !== null && found !== 'mana-web') ?? null;
}

/** By what a plan of the house says of a name, else by its first label: `gpu-llm.mana.how` is mana-llm. */
function serviceOfPublicName(name: string): string | null {
	const host = name.replace(/[/:].*$/, '');
	const known = hostPlans.flatMap((plan) => plan.publicNames).find((route) => route.name === host);
	return known?.service ?? serviceMeant(host.split('.')[0] ?? '', 'web');
}
