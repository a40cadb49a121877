import type { PlanFacts } from './generator.ts';
import { proxyHost, published } from './reach.ts';

const hub = 'mana-web';

/** A name that people open, and what answers there. */
export interface Route {
	readonly name: string;
	/** As `host:port`, seen from the machine of the proxy. */
	readonly target: string;
	/** Whether the name is one of the internet, for which a certificate can be had. */
	readonly real: boolean;
	/** What nobody outside may ask for: a path, where `*` stands for one part of it. */
	readonly closed: readonly string[];
}

/** The routes of a plan: each public name whose service it runs, and nothing else. A plan without names leads `localhost` to the hub. */
export function routesOf(facts: PlanFacts): Route[] {
	const { publicNames } = facts.plan;
	const real = publicNames.length > 0;
	const names: typeof publicNames = real ? publicNames : [{ name: 'localhost', service: hub }];
	return names.flatMap(({ name, service, port }) => {
		const deployed = facts.deployed.find(({ row }) => row.name === service);
		if (!deployed) return [];
		const { metrics } = deployed.row;
		// The hub passes `/api/<service>/…` on, so there every service has metrics.
		const closed = service === hub ? [metrics, `/api/*${metrics}`] : [metrics];
		return [
			{ name, target: published(proxyHost(facts.plan), deployed, port), real, closed: closed.filter((path) => path !== null) },
		];
	});
}
