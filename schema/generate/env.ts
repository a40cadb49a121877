import { hostEnvironment } from '../host-environment.ts';
import { forEachHost, type Generator, generatedNote } from './generator.ts';

/** What every service of a host must know of the plan: where people find Mana, where to listen, and who is on another machine. */
export const env: Generator = {
	name: 'env',
	makes: 'the environment of everything that runs on a host, for units, containers and `mana up`',
	files: forEachHost(({ plan, host, folder, services }) => {
		const lines = [
			`# ${generatedNote}`,
			`# ${host.title}, in the plan "${plan.title}". Secrets are made at the first start and never stand here.`,
			...Object.entries(hostEnvironment(plan, host, 0, services)).map(([variable, value]) => `${variable}=${value}`),
		];
		return [{ path: `${folder}/mana.env`, text: `${lines.join('\n')}\n` }];
	}),
};
