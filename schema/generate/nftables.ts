import { isIP } from 'node:net';
import { forEachHost, type Generator, generatedNote } from './generator.ts';
import { isFor, localNetworks, type Opening, openingsOf, portsOver } from './openings.ts';

/** Linux: a table of its own, beside whatever else filters there. It judges the ports of Mana and lets everything else pass. */
export const nftables: Generator = {
	name: 'nftables',
	makes: 'firewall rules for Linux, which open to other machines what the plan exposes to them, of its own ports only',
	files: forEachHost((facts) =>
		isFor('linux', facts)
			? [{ path: `${facts.folder}/firewall.nft`, text: ruleset(openingsOf(facts), facts.host.containers === true) }]
			: [],
	),
};

function ruleset(openings: readonly Opening[], inContainers: boolean): string {
	return [
		'#!/usr/sbin/nft -f',
		`# ${generatedNote}`,
		'# Loading it again replaces it; `nft delete table inet mana` takes it away. Ports that are not of Mana (SSH) are not judged.',
		...(inContainers
			? ['# Container engines publish ports around this table: there the address that a port is published on decides.']
			: []),
		'table inet mana',
		'delete table inet mana',
		'',
		'table inet mana {',
		...networkSet('lan4', 'ipv4_addr', localNetworks.ipv4),
		...networkSet('lan6', 'ipv6_addr', localNetworks.ipv6),
		'	chain input {',
		'		type filter hook input priority filter; policy accept;',
		'		iif "lo" accept',
		'		ct state established,related accept',
		...openings.flatMap(accepts).map((rule) => `		${rule}`),
		...(['tcp', 'udp'] as const).flatMap((transport) => {
			const ports = portsOver(transport, openings);
			return ports.length === 0 ? [] : [`		${transport} dport { ${ports.join(', ')} } drop`];
		}),
		'	}',
		'}',
		'',
	].join('\n');
}

function networkSet(name: string, type: string, networks: readonly string[]): string[] {
	return [`	set ${name} {`, `		type ${type}`, '		flags interval', `		elements = { ${networks.join(', ')} }`, '	}', ''];
}

function accepts({ service, port, transport, lan, hosts }: Opening): string[] {
	const sources = [
		...(lan ? ['ip saddr @lan4', 'ip6 saddr @lan6'] : []),
		...hosts.map((address) => `${isIP(address) === 6 ? 'ip6' : 'ip'} saddr ${address}`),
	];
	return sources.map((source) => `${source} ${transport} dport ${port} accept comment "${service}"`);
}
