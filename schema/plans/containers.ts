import { onThisMachine } from './default.ts';
import type { Host, HostPlan } from './host-plan.ts';

const server = {
	name: 'server',
	title: 'A server that runs containers',
	system: 'linux',
	containers: true,
} as const satisfies Host;

/** What watches the others comes from outside here, so that it still tells when Mana itself is broken. */
const engines: ReadonlySet<string> = new Set([
	'searxng',
	'grafana',
	'victoriametrics',
	'pushgateway',
	'alertmanager',
	'node-exporter',
	'cadvisor',
	'redis-exporter',
	'postgres-exporter',
]);

/** Outgrown on one machine: each service in a container of its own, with a real PostgreSQL and a cache beside them. */
export const inContainers = {
	name: 'containers',
	title: 'One server, each service in a container',
	hosts: [server],
	placements: [
		...onThisMachine.placements.map((placement) => ({
			...placement,
			host: server.name,
			...(engines.has(placement.service) ? ({ engine: true } as const) : {}),
		})),
		{ service: 'postgres', host: server.name },
		{ service: 'redis', host: server.name },
	],
	publicNames: [{ name: 'mana.example.org', service: 'mana-web' }],
	notDeployed: ['ollama'],
	note: 'mana.example.org stands for your own name: copy the plan into a file and put it there.',
} satisfies HostPlan;
