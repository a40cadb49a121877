import { describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Namespace, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { deploymentOf } from '../deployment.ts';
import { readSources } from '../house/sources.ts';
import { services as rows } from '../services.ts';
import { allBuilt, asItStands, bothDays, livingPlans, root, textOf, written } from './judged.fixture.ts';
import { kubernetes, type Manifest } from './kubernetes.ts';
import type { Facts } from './generator.ts';
import { prometheus } from './prometheus.ts';

const read = new Map<string, Manifest[]>();

/** Read back from its text, once for all tests. */
function manifests(facts: Facts, plan: string): Manifest[] {
	const text = textOf(kubernetes, facts, `deploy/${plan}/kubernetes.yaml`);
	const all = read.get(text) ?? parseAllDocuments(text).map((document) => document.toJS() as Manifest);
	read.set(text, all);
	return all;
}

/** The API's own schemas, as `kubernetes-models` (MIT) compiles them from the OpenAPI document of Kubernetes. */
function judge(manifest: Manifest): void {
	switch (manifest.kind) {
		case 'Namespace':
			return new Namespace(manifest).validate();
		case 'Service':
			return new Service(manifest).validate();
		case 'Deployment':
			return new Deployment(manifest).validate();
		case 'StatefulSet':
			return new StatefulSet(manifest).validate();
		case 'NetworkPolicy':
			return new NetworkPolicy(manifest).validate();
		case 'Ingress':
			return new Ingress(manifest).validate();
	}
}

function named<Kind extends Manifest['kind']>(all: readonly Manifest[], kind: Kind, name: string) {
	const found = all.find((one): one is Extract<Manifest, { kind: Kind }> => one.kind === kind && one.metadata?.name === name);
	if (!found) throw new Error(`There is no ${kind} ${name}.`);
	return found;
}

const podOf = (all: readonly Manifest[], name: string) =>
	(all.some((one) => one.kind === 'StatefulSet' && one.metadata?.name === name)
		? named(all, 'StatefulSet', name)
		: named(all, 'Deployment', name)
	).spec?.template.spec;

/** Who may connect to a pod: names of pods, and `everybody`. */
function admitted(all: readonly Manifest[], name: string): string[] {
	return (named(all, 'NetworkPolicy', name).spec?.ingress ?? []).flatMap(({ from }) =>
		from === undefined
			? ['everybody']
			: from.flatMap(({ podSelector }) => podSelector?.matchLabels?.['app.kubernetes.io/name'] ?? []),
	);
}

test('the schemas refuse what they do not know', () => {
	const service = named(manifests(asItStands, 'default'), 'Service', 'mana-auth');
	expect(() => judge(JSON.parse(JSON.stringify(service).replace('"port":', '"prt":')) as Manifest)).toThrow();
});

for (const [day, facts] of bothDays)
	describe(`the manifests, ${day}`, () => {
		for (const plan of livingPlans) {
			test(`of ${plan.name} are what the API asks for`, () => {
				for (const manifest of manifests(facts, plan.name)) expect(() => judge(manifest), manifest.metadata?.name).not.toThrow();
			});

			test(`of ${plan.name} name each thing once, and select pods that are there`, () => {
				const all = manifests(facts, plan.name);
				const names = all.map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
				expect(new Set(names).size).toBe(names.length);
				const pods = all.flatMap((one) =>
					one.kind === 'StatefulSet' || one.kind === 'Deployment'
						? [one.spec?.template.metadata?.labels?.['app.kubernetes.io/name']]
						: [],
				);
				for (const one of all) if (one.kind === 'Service') expect(pods).toContain(one.spec?.selector?.['app.kubernetes.io/name']);
			});

			test(`of ${plan.name} hold every service of the plan but those that measure a host`, () => {
				const all = manifests(facts, plan.name);
				const ports = all.flatMap((one) =>
					one.kind === 'StatefulSet' || one.kind === 'Deployment'
						? (one.spec?.template.spec?.containers ?? []).flatMap(({ ports = [] }) =>
								ports.map(({ containerPort }) => containerPort),
							)
						: [],
				);
				const wanted = deploymentOf(plan, facts.services)
					.filter(({ as, row }) => as !== 'engine' || row.engine?.watches === undefined)
					.flatMap(({ as, row }) =>
						as === 'engine' ? Object.values(row.engine?.inside ?? {}) : row.ports.map(({ port }) => port),
					);
				expect(ports.sort()).toEqual(wanted.sort());
			});
		}
	});

describe('a pod of ours', () => {
	const all = manifests(allBuilt, 'containers');

	test('gets none of the variables that Kubernetes makes up in the names of our settings, and no token of the cluster', () => {
		expect(podOf(all, 'mana-auth')).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
	});

	test('runs as the user of the image, writes to its volume and to /tmp only, and gains no rights', () => {
		const pod = podOf(all, 'mana-auth');
		expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
		expect(pod?.containers[0]).toMatchObject({
			securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
			volumeMounts: [{ mountPath: '/data' }, { mountPath: '/tmp' }],
		});
		expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toContain('--uid 1000');
	});

	test('is alive by its health path and takes part when it is ready', () => {
		expect(podOf(all, 'mana-sync')?.containers[0]).toMatchObject({
			livenessProbe: { httpGet: { path: '/health/live', port: 'port-3010' } },
			readinessProbe: { httpGet: { path: '/health/ready', port: 'port-3010' } },
		});
	});

	test('has one volume of its own, which no second pod may use', () => {
		const set = named(all, 'StatefulSet', 'mana-auth');
		expect(set.spec?.replicas).toBe(1);
		expect(set.spec?.volumeClaimTemplates?.[0]?.spec?.accessModes).toEqual(['ReadWriteOnce']);
	});

	test('takes passwords from the Secret of the operator, which is nowhere made', () => {
		expect(podOf(all, 'mana-auth')?.containers[0]?.env).toContainEqual({
			name: 'PGPASSWORD',
			valueFrom: { secretKeyRef: { name: 'mana-secrets', key: 'MANA_POSTGRES_PASSWORD' } },
		});
		for (const { text } of kubernetes.files(allBuilt)) expect(text).not.toMatch(/kind: Secret\b/);
	});

	test('of two rooms never counts on one generated secret: each makes its own on its own volume', () => {
		const rooms = new Map<string, Set<string>>();
		for (const [path, text] of readSources(root)) {
			const owner = rows.find((row) => row.owner !== null && path.startsWith(`${row.owner}/`) && !path.includes('.test.'));
			for (const [, name = ''] of owner ? text.matchAll(/generatedSecret\('([^']+)'\)/g) : [])
				rooms.set(name, (rooms.get(name) ?? new Set()).add(owner?.owner ?? ''));
		}
		expect(rooms.size).toBeGreaterThan(0);
		for (const [name, who] of rooms) expect([...who], `${name} must come from the Secret ${'mana-secrets'} then`).toHaveLength(1);
	});
});

describe('the network', () => {
	const all = manifests(allBuilt, 'containers');

	test('lets nobody in who is not named', () => {
		expect(named(all, 'NetworkPolicy', 'nobody').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'] });
	});

	test('lets in who needs a service, the hub that passes on to it, and the watcher that asks for its figures', () => {
		const who = admitted(all, 'mana-notify');
		expect(who).toEqual(
			expect.arrayContaining(['todo-server', 'calendar-server', 'alert-notifier', 'mana-web', 'victoriametrics']),
		);
		expect(who).not.toContain('chat-server');
		expect(who).not.toContain('everybody');
		for (const { row, calls, as } of deploymentOf(planOf('containers'), allBuilt.services).filter(({ as }) => as !== 'door'))
			for (const called of calls) expect(admitted(all, called), `${row.name} (${as}) calls ${called}`).toContain(row.name);
	});

	test('lets two call each other of which only one waits for the other', () => {
		expect(admitted(all, 'mana-sync')).toEqual(expect.arrayContaining(['mana-notify', 'mana-auth']));
		expect(admitted(all, 'mana-notify')).toEqual(expect.arrayContaining(['mana-sync', 'mana-auth']));
		expect(admitted(all, 'mana-user')).not.toContain('mana-notify');
	});

	test('lets engines reach what their settings name', () => {
		expect(admitted(all, 'redis')).toEqual(['redis-exporter']);
		expect(admitted(all, 'postgres')).toEqual(expect.arrayContaining(['postgres-exporter', 'mana-auth', 'mana-sync']));
		expect(admitted(all, 'postgres')).not.toContain('grafana');
		expect(admitted(all, 'alert-notifier')).toContain('alertmanager');
	});

	test('opens to everybody what the proxy or the local network shall reach', () => {
		expect(admitted(all, 'mana-web')).toContain('everybody');
		expect(named(all, 'Service', 'mana-web').spec?.type).toBe('ClusterIP');
		const lan = named(all, 'Service', 'mana-web-lan').spec;
		expect(lan?.type).toBe('LoadBalancer');
		expect(lan?.ports).toContainEqual({ name: 'port-5011', port: 5011, targetPort: 'port-5011' });
		expect(lan?.ports?.map(({ port }) => port)).not.toContain(5000);
	});

	test('routes exactly the public names of the plan', () => {
		const ingress = named(manifests(allBuilt, 'two-machines'), 'Ingress', 'mana').spec;
		expect(ingress?.rules?.map(({ host }) => host)).toEqual(planOf('two-machines').publicNames.map(({ name }) => name));
		expect(ingress?.rules?.find(({ host }) => host === 'gpu-llm.mana.how')?.http?.paths[0]?.backend.service).toEqual({
			name: 'mana-llm',
			port: { name: 'port-3020' },
		});
		expect(manifests(allBuilt, 'default').map(({ kind }) => kind)).not.toContain('Ingress');
	});
});

describe('the Kustomization', () => {
	test('and the Compose files name no file that is not generated', () => {
		const made = new Set(prometheus.files(asItStands).map(({ path }) => path));
		const read = asItStands.plans.flatMap((plan) =>
			deploymentOf(plan, allBuilt.services)
				.filter(({ as }) => as === 'engine')
				.flatMap(({ row }) => Object.values(row.engine?.reads ?? {}).map((file) => `deploy/${plan.name}/${file}`)),
		);
		expect(read.length).toBeGreaterThan(1);
		for (const path of read) expect(made).toContain(path);
	});

	test('hands out the generated files that engines read', () => {
		expect(parse(textOf(kubernetes, asItStands, 'deploy/containers/kustomization.yaml'))).toMatchObject({
			configMapGenerator: [{ name: 'plan-files', files: ['prometheus.yaml', 'alertmanager.yaml'] }],
		});
		expect(parse(textOf(kubernetes, asItStands, 'deploy/default/kustomization.yaml'))).not.toHaveProperty('configMapGenerator');
	});

	const kubectl = Bun.which('kubectl');
	if (kubectl === null) console.error('Not judged here: the Kustomization by kubectl, which is not on this machine.');
	test.skipIf(kubectl === null)('is built by kubectl itself, where this machine has it', () => {
		using files = written(kubernetes, allBuilt);
		const folder = join(files.folder, 'deploy/containers');
		for (const { path, text } of prometheus.files(allBuilt)) writeFileSync(join(files.folder, path), text);
		const { exitCode, stdout, stderr } = Bun.spawnSync([kubectl ?? '', 'kustomize', folder]);
		expect(stderr.toString()).toBe('');
		expect(exitCode).toBe(0);
		// One more: the files that engines read.
		expect(parseAllDocuments(stdout.toString()).length).toBe(manifests(allBuilt, 'containers').length + 1);
	});
});

function planOf(name: string) {
	const plan = livingPlans.find((plan) => plan.name === name);
	if (!plan) throw new Error(`There is no plan ${name}.`);
	return plan;
}
