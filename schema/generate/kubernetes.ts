import type { INamespace, IService } from 'kubernetes-models/v1';
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { Deployed } from '../deployment.ts';
import type { HostPlan } from '../plans.ts';
import { type Container, type ContainerPort, containersOf, portsOf } from './containers.ts';
import { forEachPlan, type Generator } from './generator.ts';
import { labels, lanService, planFiles, portName, secretName } from './kubernetes/names.ts';
import { ingressOf, networkPolicies } from './kubernetes/network.ts';
import { podOf, secretsOf } from './kubernetes/pod.ts';
import { yamlFile } from './yaml.ts';

/** Everything that a manifest of ours may be. Typed by the API's own schema, so that a key it does not know does not compile. */
export type Manifest = INamespace | IService | IDeployment | IStatefulSet | INetworkPolicy | IIngress;

const namespace = 'mana';

/** A plan as Kubernetes runs it: hosts fall away, since the cluster decides where a pod runs. */
export const kubernetes: Generator = {
	name: 'kubernetes',
	makes: 'Kubernetes manifests of each plan, and the Kustomization that applies them',
	files: forEachPlan(({ plan, deployed, folder }) => {
		const all = containersOf(plan, deployed, reach);
		const containers = all.filter((container) => Object.keys(container.watches).length === 0);
		if (containers.length === 0) return [];
		const left = all.filter((container) => !containers.includes(container)).map(({ name }) => name);
		const secrets = secretsOf(containers);
		const remarks = [
			`The plan "${plan.title}".`,
			...(secrets.length > 0
				? [
						`It asks for the secret ${secretName} with ${secrets.join(', ')}: long random texts of your own.`,
						`kubectl -n ${namespace} create secret generic ${secretName} ${secrets.map((name) => `--from-literal=${name}=…`).join(' ')}`,
					]
				: []),
			`kubectl apply -k ${folder}`,
			...(left.length > 0
				? [`${left.join(' and ')} measure a host and are left out: in a cluster the kubelet and your monitoring do that.`]
				: []),
		];
		const read = [...new Set(containers.flatMap(({ reads }) => Object.values(reads)))];
		return [
			{ path: `${folder}/kubernetes.yaml`, text: yamlFile(remarks, ...manifestsOf(plan, containers)) },
			{
				path: `${folder}/kustomization.yaml`,
				text: yamlFile(['A base: an overlay of yours gives the image of your registry, the storage class and more.'], {
					apiVersion: 'kustomize.config.k8s.io/v1beta1',
					kind: 'Kustomization',
					namespace,
					resources: ['kubernetes.yaml'],
					...(read.length > 0 ? { configMapGenerator: [{ name: planFiles, files: read }] } : {}),
				}),
			},
		];
	}),
};

/** In a cluster everybody is called by name, on the port that it listens on. */
function reach(_: Deployed, to: Deployed): string {
	return `http://${to.row.name}:${(to.as === 'engine' ? to.row.engine?.inside['main'] : undefined) ?? to.row.ports[0].port}`;
}

function manifestsOf(plan: HostPlan, containers: readonly Container[]): Manifest[] {
	return [
		{
			apiVersion: 'v1',
			kind: 'Namespace',
			metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
		},
		...containers.flatMap((container) => [workload(container), ...servicesOf(container)]),
		...networkPolicies(containers),
		...ingressOf(plan, containers),
	];
}

/** What keeps something is one pod with a volume of its own: neither SQLite nor an engine's files bear a second writer. */
function workload(container: Container): IStatefulSet | IDeployment {
	const { name, keeps } = container;
	const template = { metadata: { labels: labels(name) }, spec: podOf(container) };
	const selector = { matchLabels: labels(name) };
	if (keeps === null)
		return {
			apiVersion: 'apps/v1',
			kind: 'Deployment',
			metadata: { name, labels: labels(name) },
			spec: { replicas: 1, selector, template },
		};
	return {
		apiVersion: 'apps/v1',
		kind: 'StatefulSet',
		metadata: { name, labels: labels(name) },
		spec: {
			replicas: 1,
			serviceName: name,
			selector,
			template,
			volumeClaimTemplates: [
				{
					apiVersion: 'v1',
					kind: 'PersistentVolumeClaim',
					metadata: { name: 'data' },
					spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
				},
			],
		},
	};
}

/** A name within the cluster for the service itself; and what is meant for the local network on the plan's numbers. */
function servicesOf(container: Container): IService[] {
	const { name, serves } = container;
	const open = portsOf(container).filter(({ deployed }) => deployed.exposure === 'lan');
	const service = (
		called: string,
		type: 'ClusterIP' | 'LoadBalancer',
		ports: readonly ContainerPort[],
		number: (port: ContainerPort) => number,
	): IService => ({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: { name: called, labels: labels(name) },
		spec: {
			type,
			selector: labels(name),
			ports: ports.map((port) => ({ name: portName(port), port: number(port), targetPort: portName(port) })),
		},
	});
	const own = portsOf(container).filter(({ deployed }) => deployed === serves[0]);
	return [
		service(name, 'ClusterIP', own, ({ inside }) => inside),
		...(open.length > 0 ? [service(lanService(name), 'LoadBalancer', open, ({ port }) => port.port)] : []),
	];
}
