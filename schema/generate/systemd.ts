import { containersOf, secretsIn } from './containers.ts';
import { forEachHost, type Generator, generatedNote, type HostFacts } from './generator.ts';
import { bun, mayRun, places, preparation, secretsFile, upCommand } from './units/places.ts';

const { checkout, home } = places.linux;

type Section = readonly [name: string, ...settings: (readonly [key: string, value: string])[]];

/** Units of systemd: one for Mana, whose supervisor starts the services, and one for the engines beside it. */
export const systemd: Generator = {
	name: 'systemd',
	makes: 'the systemd units that start what a plan puts on a Linux host',
	files: forEachHost((facts) => {
		if (!mayRun(facts, 'linux')) return [];
		const { deployed, folder, host } = facts;
		const engines = deployed.filter(({ as }) => as === 'engine').map(({ row }) => row.name);
		const ours = deployed.some(({ as }) => as !== 'engine');
		const file = (name: string, sections: readonly Section[]) => ({
			path: `${folder}/systemd/${name}`,
			text: unitFile(facts, name, sections),
		});
		if (host.containers) return deployed.length > 0 ? [file('mana.service', composeUnit(facts, `Mana: ${host.title}`, []))] : [];
		return [
			...(ours ? [file('mana.service', supervisedUnit(facts, engines.length > 0))] : []),
			...(engines.length > 0
				? [file(enginesUnit, composeUnit(facts, `Engines beside Mana: ${engines.join(', ')}`, engines))]
				: []),
		];
	}),
};

const enginesUnit = 'mana-engines.service';

/** `mana up`, as a user that systemd makes for it, who may write to the data folder and nowhere else. */
function supervisedUnit(facts: HostFacts, withEngines: boolean): readonly Section[] {
	const command = `${checkout}/${bun} ${upCommand(facts).join(' ')}`;
	const database = databaseOf(facts);
	return [
		[
			'Unit',
			['Description', plain(`Mana: ${facts.host.title}`)],
			['Documentation', `file:${checkout}/docs/PORT_SCHEMA.md`],
			['Wants', ['network-online.target', ...(withEngines ? [enginesUnit] : [])].join(' ')],
			['After', ['network-online.target', ...(withEngines ? [enginesUnit] : [])].join(' ')],
		],
		[
			'Service',
			['Type', 'exec'],
			['DynamicUser', 'yes'],
			['User', 'mana'],
			['StateDirectory', 'mana'],
			['StateDirectoryMode', '0700'],
			['UMask', '0077'],
			['WorkingDirectory', checkout],
			['Environment', `HOME=${home} MANA_HOME=${home}`],
			...(database === null
				? []
				: ([
						['Environment', `MANA_DATABASE_URL=${database.url}`],
						['EnvironmentFile', secretsFile],
					] as const)),
			// The shell gives the one secret its second name, so that nobody has to write it down twice.
			['ExecStart', database === null ? command : `/bin/sh -c 'PGPASSWORD="$$${database.secret}" exec ${command}'`],
			['Restart', 'on-failure'],
			['RestartSec', '5s'],
			// The supervisor stops its processes in order of need; what is left after that is ended.
			['KillMode', 'mixed'],
			['TimeoutStopSec', '30s'],
			...confined,
		],
		['Install', ['WantedBy', 'multi-user.target']],
	];
}

const confined = [
	['CapabilityBoundingSet', ''],
	['LockPersonality', 'yes'],
	['NoNewPrivileges', 'yes'],
	['PrivateDevices', 'yes'],
	['PrivateTmp', 'yes'],
	['ProtectClock', 'yes'],
	['ProtectControlGroups', 'yes'],
	['ProtectHome', 'yes'],
	['ProtectHostname', 'yes'],
	['ProtectKernelLogs', 'yes'],
	['ProtectKernelModules', 'yes'],
	['ProtectKernelTunables', 'yes'],
	['ProtectProc', 'invisible'],
	['ProtectSystem', 'strict'],
	['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
	['RestrictNamespaces', 'yes'],
	['RestrictRealtime', 'yes'],
	['RestrictSUIDSGID', 'yes'],
	['SystemCallArchitectures', 'native'],
] as const;

/** Containers by the Compose file of the host; all that it holds, or only some. */
function composeUnit(facts: HostFacts, description: string, only: readonly string[]): readonly Section[] {
	const compose = `/usr/bin/docker compose -f ${facts.folder}/compose.yaml`;
	const names = only.length > 0 ? ` ${only.join(' ')}` : '';
	const secrets = containersOf(facts.plan, facts.everywhere, () => null)
		.filter(({ serves: [{ host }] }) => host === facts.host)
		.flatMap(({ environment }) => Object.values(environment).flatMap(secretsIn));
	return [
		[
			'Unit',
			['Description', plain(description)],
			['Documentation', `file:${checkout}/docs/PORT_SCHEMA.md`],
			['Requires', 'docker.service'],
			['Wants', 'network-online.target'],
			['After', 'docker.service network-online.target'],
		],
		[
			'Service',
			['Type', 'oneshot'],
			['RemainAfterExit', 'yes'],
			['WorkingDirectory', checkout],
			...(secrets.length > 0 ? ([['EnvironmentFile', secretsFile]] as const) : []),
			['ExecStart', `${compose} up --detach --wait${only.length > 0 ? ` --no-deps${names}` : ' --build --remove-orphans'}`],
			['ExecStop', `${compose} stop${names}`],
			// The first start builds the image and fetches those of the engines.
			['TimeoutStartSec', '30min'],
		],
		['Install', ['WantedBy', 'multi-user.target']],
	];
}

/** The PostgreSQL that the plan runs on the host itself, and the secret with its password. */
function databaseOf(facts: HostFacts): { readonly url: string; readonly secret: string } | null {
	const local = containersOf(facts.plan, facts.everywhere, (_, to) => `http://127.0.0.1:${to.ports[0].port}`);
	const { MANA_DATABASE_URL: url, PGPASSWORD: password = '' } = local.find(({ image }) => image === null)?.environment ?? {};
	const [secret] = secretsIn(password);
	return url === undefined || secret === undefined ? null : { url, secret };
}

function unitFile({ host, plan, folder }: HostFacts, name: string, sections: readonly Section[]): string {
	const supervised = sections.some((section) => section.some(([key]) => key === 'DynamicUser'));
	const head = [
		generatedNote,
		`${host.title}, in the plan "${plan.title}".`,
		supervised ? preparation(places.linux) : `Beforehand: Mana lies in ${checkout}, and Docker is installed with Compose.`,
		...(sections.some((section) => section.some(([key]) => key === 'EnvironmentFile'))
			? [`Secrets stand in ${secretsFile} (mode 0600), as NAME=value; the Compose file says which.`]
			: []),
		`systemctl enable --now ${checkout}/${folder}/systemd/${name}`,
	];
	const blocks = sections.map(([name, ...settings]) =>
		[`[${name}]`, ...settings.map(([key, value]) => `${key}=${value}`)].join('\n'),
	);
	return `${head.map((line) => `# ${line}`).join('\n')}\n${blocks.join('\n\n')}\n`;
}

/** systemd reads a percent sign as the beginning of a specifier. */
function plain(text: string): string {
	return text.replaceAll('%', '%%');
}
