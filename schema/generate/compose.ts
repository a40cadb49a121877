import type { Deployed } from '../deployment.ts';
import { transportOf } from '../row.ts';
import { addressFrom } from './addresses.ts';
import { calleesOf, type Container, containersOf, portsOf, secretsIn } from './containers.ts';
import { forEachHost, type Generator } from './generator.ts';
import { yamlFile } from './yaml.ts';

/** The volume of all services of ours; see `schema/README.md` for why they share it. */
const home = 'mana-home';

/** One Compose file for each host: a container per service, and the real engines that the plan chooses. */
export const compose: Generator = {
	name: 'compose',
	makes: 'a Compose file for each host, with a container for each service and each engine',
	files: forEachHost(({ plan, host, folder, deployed, everywhere }) => {
		const here = containersOf(plan, everywhere, reach).filter(({ serves: [{ host: on }] }) => on === host);
		if (here.length === 0) return [];
		const names = new Set(here.map(({ name }) => name));
		const reachable = deployed.filter((service) => calledFromOutside(service, everywhere));
		const secrets = [...new Set(here.flatMap(({ environment }) => Object.values(environment).flatMap(secretsIn)))].sort();
		const remarks = [
			`${host.title}, in the plan "${plan.title}".`,
			...(secrets.length > 0
				? [
						`It asks for ${secrets.join(', ')}: long random texts of your own, as NAME=value in the file`,
						`secrets.env at the root of the repository, which is never committed.`,
					]
				: []),
			`docker compose ${secrets.length > 0 ? '--env-file secrets.env ' : ''}-f ${folder}/compose.yaml up --build --detach --wait`,
		];
		const volumes = here.flatMap(({ name, image, keeps }) => (keeps === null ? [] : [image === null ? home : name]));
		const services = Object.fromEntries(here.map((container) => [container.name, serviceOf(container, names, reachable)]));
		return [
			{
				path: `${folder}/compose.yaml`,
				text: yamlFile(remarks, {
					name: 'mana',
					services,
					...(volumes.length > 0 ? { volumes: Object.fromEntries(volumes.map((name) => [name, {}])) } : {}),
				}),
			},
		];
	}),
};

/** Containers of one host call each other by name; what is on another host is called where the plan says. */
function reach(from: Deployed, to: Deployed): string {
	if (from.host !== to.host) return `http://${addressFrom(from.host, to)}`;
	const inside = (to.as === 'engine' ? to.row.engine?.inside['main'] : undefined) ?? to.row.ports[0].port;
	return `http://${to.row.name}:${inside}`;
}

function calledFromOutside(service: Deployed, everywhere: readonly Deployed[]): boolean {
	return everywhere.some((other) => other.host !== service.host && calleesOf(other, everywhere).includes(service));
}

function serviceOf(container: Container, here: ReadonlySet<string>, reachable: readonly Deployed[]) {
	const { image, command, environment, keeps, reads, watches, name } = container;
	const after = container.after.filter((need) => here.has(need));
	const mounts = [
		...(keeps === null ? [] : [{ type: 'volume', source: image === null ? home : name, target: keeps }]),
		...Object.entries(reads).map(([target, file]) => ({ type: 'bind', source: `../${file}`, target, read_only: true })),
		...Object.entries(watches).map(([target, source]) => ({ type: 'bind', source, target, read_only: true })),
	];
	return {
		...(image === null ? ourImage : { image }),
		...(command === null ? {} : { command }),
		...(Object.keys(environment).length > 0 ? { environment: withSecrets(environment) } : {}),
		ports: portsOf(container).map(({ deployed, port, inside }) => ({
			name: deployed.ports.length > 1 ? `${deployed.row.name}-${port.name}` : deployed.row.name,
			target: inside,
			published: String(port.port),
			protocol: transportOf(port.protocol),
			host_ip: openTo(deployed, reachable),
		})),
		...(mounts.length > 0 ? { volumes: mounts } : {}),
		...(after.length > 0
			? { depends_on: Object.fromEntries(after.map((need) => [need, { condition: 'service_healthy' }])) }
			: {}),
		healthcheck: {
			test: ['CMD', ...probe(container)],
			interval: '15s',
			timeout: '5s',
			retries: 4,
			start_period: '60s',
			start_interval: '1s',
		},
		restart: 'unless-stopped',
		stop_grace_period: '20s',
		...(image === null ? confined : { security_opt: ['no-new-privileges:true'] }),
	};
}

const ourImage = { image: 'mana', build: { context: '../../..', dockerfile: 'Dockerfile' } } as const;

/** What our own code does without: it writes to its data folder and nowhere else. */
const confined = {
	init: true,
	read_only: true,
	tmpfs: ['/tmp'],
	cap_drop: ['ALL'],
	security_opt: ['no-new-privileges:true'],
} as const;

/**
 * The host's address on which a port is published. A proxy stands on the host itself, so what is meant for it stays on loopback, unless
 * another machine of the plan calls it.
 */
function openTo(deployed: Deployed, reachable: readonly Deployed[]): string {
	return deployed.exposure === 'lan' || reachable.includes(deployed) ? '0.0.0.0' : '127.0.0.1';
}

/** A container of ours asks itself over HTTP, with the one program that its image surely has. */
function probe(container: Container): readonly string[] {
	const { ready } = container;
	if ('command' in ready) return ready.command;
	const url = `http://127.0.0.1:${portsOf(container)[0]?.inside}${ready.path}`;
	return ['bun', '-e', `process.exit((await fetch("${url}")).ok ? 0 : 1)`];
}

/** A secret that is missing stops the start with a sentence; a sign that Compose would read as one is doubled. */
function withSecrets(environment: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(environment).map(([name, value]) => [
			name,
			value
				.replaceAll('$', '$$$$')
				.replaceAll(
					/\$\$\{([A-Z_]+)\}/g,
					(_, secret: string) => `\${${secret}:?set it in secrets.env, a long random text of your own}`,
				),
		]),
	);
}
