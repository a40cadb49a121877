import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { HostPlan } from '../../plans.ts';
import { type Container, portsOf } from '../containers.ts';
import { labels, lanService, portName } from './names.ts';

/** Fetches figures from everything that has some. */
const watcher = 'victoriametrics';

/** Who tells whom by its configuration, which is a file and no setting. */
const tells: Readonly<Record<string, readonly string[]>> = { alertmanager: ['alert-notifier'], [watcher]: ['alertmanager'] };

/** Nobody is reached but by those who need it; what is meant for the network or the proxy is reached by everybody. */
export function networkPolicies(containers: readonly Container[]): INetworkPolicy[] {
	return [
		{
			apiVersion: 'networking.k8s.io/v1',
			kind: 'NetworkPolicy',
			metadata: { name: 'nobody' },
			spec: { podSelector: {}, policyTypes: ['Ingress'] },
		},
		...containers.map((container) => policyOf(container, containers)),
	];
}

/** Whether one container calls another: it needs it, or a setting of it holds the other's address. */
export function calls(from: Container, to: Container): boolean {
	const address = new RegExp(`(?:^|[/@])${to.name}:\\d`);
	return from !== to && (from.after.includes(to.name) || Object.values(from.environment).some((value) => address.test(value)));
}

function policyOf(container: Container, containers: readonly Container[]): INetworkPolicy {
	const { name, serves } = container;
	const callers = containers.filter(
		(other) =>
			calls(other, container) ||
			(tells[other.name] ?? []).includes(name) ||
			(other.name === watcher && other !== container && serves[0].row.metrics !== null),
	);
	const ports = portsOf(container);
	const own = ports.filter(({ deployed }) => deployed === serves[0]);
	const open = ports.filter(({ deployed }) => deployed.exposure !== 'loopback');
	return {
		apiVersion: 'networking.k8s.io/v1',
		kind: 'NetworkPolicy',
		metadata: { name, labels: labels(name) },
		spec: {
			podSelector: { matchLabels: labels(name) },
			policyTypes: ['Ingress'],
			ingress: [
				...(callers.length > 0
					? [
							{
								from: callers.map((caller) => ({ podSelector: { matchLabels: labels(caller.name) } })),
								ports: own.map((port) => ({ port: portName(port) })),
							},
						]
					: []),
				...(open.length > 0 ? [{ ports: open.map((port) => ({ port: portName(port) })) }] : []),
			],
		},
	};
}

type Rule = { readonly host: string } & NonNullable<NonNullable<IIngress['spec']>['rules']>[number];

/** The public names of the plan, for whatever ingress controller the cluster has. */
export function ingressOf(plan: HostPlan, containers: readonly Container[]): IIngress[] {
	const rules = plan.publicNames.flatMap(({ name: host, service, port: wanted = 'main' }) =>
		containers.flatMap((container) =>
			portsOf(container)
				.filter(({ deployed, port }) => deployed.row.name === service && port.name === wanted)
				.map((found): Rule => {
					const name = found.deployed === container.serves[0] ? container.name : lanService(container.name);
					return {
						host,
						http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: portName(found) } } } }] },
					};
				}),
		),
	);
	if (rules.length === 0) return [];
	return [
		{
			apiVersion: 'networking.k8s.io/v1',
			kind: 'Ingress',
			metadata: {
				name: 'mana',
				annotations: {
					// The hub has its own limits; uploads and sockets must get through to them.
					'nginx.ingress.kubernetes.io/proxy-body-size': '0',
					'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
				},
			},
			spec: { tls: [{ hosts: rules.map(({ host }) => host), secretName: 'mana-tls' }], rules },
		},
	];
}
