import type { HostFacts } from '../generator.ts';
import type { System } from '../../systems.ts';

/** Where a system that starts Mana by itself has it. */
export interface Places {
	/** The checkout, with its packages installed and its pages built. */
	readonly checkout: string;
	/** `MANA_HOME`. */
	readonly home: string;
}

/** Units name files by whole paths, so these are agreed upon once. */
export const places = {
	linux: { checkout: '/opt/mana', home: '/var/lib/mana' },
	macos: { checkout: '/opt/mana', home: '/usr/local/var/mana' },
	windows: { checkout: 'C:\\mana', home: 'C:\\mana\\data' },
} as const satisfies Readonly<Record<System['name'], Places>>;

/** Bun as npm installs it; under this name on every system. */
export const bun = 'node_modules/bun/bin/bun.exe';

/** The file with the secrets of an operator, on systems with `/etc`. */
export const secretsFile = '/etc/mana/secrets.env';

/** What a supervised Mana is started by, below the checkout. The plan in use needs no name. */
export function upCommand({ plan, plans, host }: Pick<HostFacts, 'plan' | 'plans' | 'host'>): string[] {
	return ['cli/mana.ts', 'up', ...(plan === plans[0] ? [] : ['--plan', plan.name, '--host', host.name])];
}

/** Whether units for a system are of use on a host: where nobody said which it has, those of all are. */
export function mayRun({ host }: Pick<HostFacts, 'host'>, system: System['name']): boolean {
	return host.system === system || host.system === 'any';
}

/** For people, above what is generated: what has to be there first. */
export function preparation({ checkout }: Places): string {
	return `Beforehand: Mana lies in ${checkout}, with "npm ci" and "${bun} web/build.ts" run there.`;
}
