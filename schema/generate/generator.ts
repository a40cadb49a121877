import type { Deployed } from '../deployment.ts';
import { deploymentOf } from '../deployment.ts';
import type { Host, HostPlan } from '../plans.ts';
import type { Range } from '../ranges.ts';
import type { ServiceRow } from '../row.ts';

/** A file to write, as a path from the root of the repository, with all of its text. */
export interface Generated {
	readonly path: string;
	readonly text: string;
}

/** All that a generated file may depend on. Whoever passes the same facts gets the same bytes. */
export interface Facts {
	readonly services: readonly ServiceRow[];
	readonly ranges: readonly Range[];
	readonly plans: readonly HostPlan[];
	/** The files that lie directly in the folder of an app, as `apps/todo/model.ts`. */
	readonly appFiles: readonly string[];
}

/** One kind of file that is made from the schema. */
export interface Generator {
	readonly name: string;
	/** What it makes, and who reads that. */
	readonly makes: string;
	readonly files: (facts: Facts) => readonly Generated[];
}

/** What a plan's generator works on. */
export interface PlanFacts extends Facts {
	readonly plan: HostPlan;
	readonly deployed: readonly Deployed[];
	/** `deploy/<plan>` */
	readonly folder: string;
}

/** What a host's generator works on; `deployed` is what runs there. */
export interface HostFacts extends PlanFacts {
	readonly host: Host;
	/** All of the plan, wherever it runs. */
	readonly everywhere: readonly Deployed[];
}

/** The first line of every generated file, without the sign that makes it a comment. */
export const generatedNote = 'Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.';

/** Makes files for each plan that something is deployed by. A record of what once was has none. */
export function forEachPlan(make: (facts: PlanFacts) => readonly Generated[]): Generator['files'] {
	return (facts) =>
		facts.plans
			.filter((plan) => !plan.record)
			.flatMap((plan) => make({ ...facts, plan, deployed: deploymentOf(plan, facts.services), folder: `deploy/${plan.name}` }));
}

/** Makes files for each host of each plan, in `deploy/<plan>/<host>`. */
export function forEachHost(make: (facts: HostFacts) => readonly Generated[]): Generator['files'] {
	return forEachPlan((facts) =>
		facts.plan.hosts.flatMap((host) =>
			make({
				...facts,
				host,
				folder: `${facts.folder}/${host.name}`,
				everywhere: facts.deployed,
				deployed: facts.deployed.filter((deployed) => deployed.host === host),
			}),
		),
	);
}
