import { forEachHost, type Generator, generatedNote } from './generator.ts';
import { isFor, localNetworks, type Opening, openingsOf, portsOver } from './openings.ts';

/** macOS: an anchor of its own, beside Apple's. It judges the ports of Mana and lets everything else pass. */
export const pf: Generator = {
	name: 'pf',
	makes: 'firewall rules for macOS, which open to other machines what the plan exposes to them, of its own ports only',
	files: forEachHost((facts) =>
		isFor('macos', facts) ? [{ path: `${facts.folder}/firewall.pf`, text: rules(openingsOf(facts)) }] : [],
	),
};

/** The first `quick` rule that fits decides. */
function rules(openings: readonly Opening[]): string {
	const filtered = (['tcp', 'udp'] as const)
		.map((transport) => ({ transport, ports: portsOver(transport, openings) }))
		.filter(({ ports }) => ports.length > 0)
		.map(({ transport, ports }) => `proto ${transport} from any to any port { ${ports.join(', ')} }`);
	return [
		`# ${generatedNote}`,
		'# Once in /etc/pf.conf, as its last line: anchor "mana". Then: sudo pfctl -a mana -f firewall.pf && sudo pfctl -e',
		'# `sudo pfctl -a mana -F rules` takes it away. Ports that are not of Mana (Remote Login) are not judged.',
		`table <mana_lan> const { ${[...localNetworks.ipv4, ...localNetworks.ipv6].join(', ')} }`,
		'',
		...filtered.map((which) => `pass in quick on lo0 ${which}`),
		...openings.flatMap(passes),
		...filtered.map((which) => `block drop in quick ${which}`),
		'',
	].join('\n');
}

function passes({ service, port, transport, lan, hosts }: Opening): string[] {
	return [...(lan ? ['<mana_lan>'] : []), ...hosts].map(
		(source) => `pass in quick proto ${transport} from ${source} to any port ${port} # ${service}`,
	);
}
