import { addressFrom, addressVariable, publicOrigin } from './addresses.ts';
import { forEachHost, type Generator, generatedNote } from './generator.ts';

/** What every service of a host must know of the plan: where people find Mana, where to listen, and who is on another machine. */
export const env: Generator = {
	name: 'env',
	makes: 'the environment of everything that runs on a host, for units, containers and `mana up`',
	files: forEachHost(({ plan, host, folder, deployed, everywhere }) => {
		const open = deployed.some(({ as, exposure }) => as === 'ours' && exposure !== 'loopback');
		const elsewhere = everywhere.filter(
			(other) => other.host !== host && other.as === 'ours' && deployed.some(({ needs }) => needs.includes(other.row.name)),
		);
		const lines = [
			`# ${generatedNote}`,
			`# ${host.title}, in the plan "${plan.title}". Secrets are made at the first start and never stand here.`,
			`MANA_PUBLIC_URL=${publicOrigin(plan)}`,
			`MANA_HOST=${open && plan.hosts.length > 1 ? '0.0.0.0' : '127.0.0.1'}`,
			...(plan.publicNames.length > 0 ? ['MANA_WEB_BEHIND_PROXY=true'] : []),
			...elsewhere.map((other) => `${addressVariable(other.row.name)}=http://${addressFrom(host, other)}`),
		];
		return [{ path: `${folder}/mana.env`, text: `${lines.join('\n')}\n` }];
	}),
};
