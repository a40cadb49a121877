import { publicOrigin } from './addresses.ts';
import { forEachPlan, type Generator } from './generator.ts';
import { routesOf } from './routes.ts';

/**
 * The one origin whose pages may write, since the hub is the one origin: what `kit/service` checks `Origin` against (`publicUrl`).
 * Doors only lead there, and a public name of another service is a place to call, never a place to come from.
 */
export const trustedOrigins: Generator = {
	name: 'trusted-origins',
	makes: 'the origin whose pages may write, and beside it the public names that may not, as JSON for proxies and other software',
	files: forEachPlan((facts) => {
		const trusted = publicOrigin(facts.plan);
		const named = routesOf(facts)
			.filter(({ real }) => real)
			.map(({ name }) => `https://${name}`);
		const value = { plan: facts.plan.name, trusted: [trusted], untrusted: named.filter((origin) => origin !== trusted) };
		return [{ path: `${facts.folder}/trusted-origins.json`, text: `${JSON.stringify(value, null, '\t')}\n` }];
	}),
};
