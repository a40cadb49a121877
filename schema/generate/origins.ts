import { forEachPlan, type Generator } from './generator.ts';
import { publicOrigin } from './addresses.ts';

/** The origins whose pages may write: one for each plan, since the hub is the one origin. Doors only lead there. */
export const trustedOrigins: Generator = {
	name: 'trusted-origins',
	makes: 'the origins whose pages may write, and the public names beside them, as JSON for proxies and other software',
	files: forEachPlan(({ plan, folder }) => [
		{
			path: `${folder}/trusted-origins.json`,
			text: `${JSON.stringify({ plan: plan.name, trusted: [publicOrigin(plan)] }, null, '\t')}\n`,
		},
	]),
};
