import { forEachHost, type Generator, generatedNote } from './generator.ts';
import { isFor, type Opening, openingsOf, portsOver } from './openings.ts';

/** Windows: a group of rules. What is not allowed is blocked there by default; what nobody may reach is blocked whatever else allows it. */
export const windowsFirewall: Generator = {
	name: 'windows-firewall',
	makes: 'firewall rules for Windows, which open to other machines what the plan exposes to them, of its own ports only',
	files: forEachHost((facts) =>
		isFor('windows', facts) ? [{ path: `${facts.folder}/firewall.ps1`, text: script(openingsOf(facts)) }] : [],
	),
};

function script(openings: readonly Opening[]): string {
	const shut = openings.filter(({ lan, hosts }) => !lan && hosts.length === 0);
	return [
		`# ${generatedNote}`,
		'# Running it again replaces the group; Remove-NetFirewallRule -Group Mana takes it away. Ports that are not of Mana (Remote Desktop)',
		'# are not judged. Windows asks once whether bun.exe may be reached: a "yes" would open every port, so these rules also shut some.',
		'#Requires -RunAsAdministrator',
		"$ErrorActionPreference = 'Stop'",
		'Get-NetFirewallRule -Group Mana -ErrorAction SilentlyContinue | Remove-NetFirewallRule',
		...openings
			.filter((opening) => !shut.includes(opening))
			.map(({ service, port, transport, lan, hosts }) =>
				rule(service, 'Allow', transport, [port], [...(lan ? ['LocalSubnet'] : []), ...hosts]),
			),
		...(['tcp', 'udp'] as const).flatMap((transport) => {
			const ports = portsOver(transport, shut);
			return ports.length === 0 ? [] : [rule('this machine only', 'Block', transport, ports, ['Any'])];
		}),
		'',
	].join('\n');
}

function rule(
	name: string,
	action: 'Allow' | 'Block',
	transport: Opening['transport'],
	ports: readonly number[],
	from: readonly string[],
): string {
	return (
		`New-NetFirewallRule -Group Mana -DisplayName 'Mana: ${name}' -Direction Inbound -Action ${action} ` +
		`-Protocol ${transport.toUpperCase()} -LocalPort ${ports.join(',')} -RemoteAddress ${from.join(',')} | Out-Null`
	);
}
