import type { IContainer, IPodSpec, IProbe } from 'kubernetes-models/v1';
import { speaksHttp } from '../../row.ts';
import { type Container, portsOf, secretsIn } from '../containers.ts';
import { planFiles, portName, secretName } from './names.ts';

type EnvVar = NonNullable<IContainer['env']>[number];

/** The user of our image; the group owns the volume, also for engines that run as somebody else. */
const user = 1000;

/** A pod with one container. */
export function podOf(container: Container): IPodSpec {
	const { reads, image } = container;
	return {
		// Kubernetes would set MANA_AUTH_PORT and the like for every service, in the very names of our settings.
		enableServiceLinks: false,
		automountServiceAccountToken: false,
		terminationGracePeriodSeconds: 20,
		securityContext: {
			...(image === null ? { runAsNonRoot: true, runAsUser: user, runAsGroup: user } : {}),
			fsGroup: user,
			fsGroupChangePolicy: 'OnRootMismatch',
			seccompProfile: { type: 'RuntimeDefault' },
		},
		containers: [containerOf(container)],
		volumes: [
			...(image === null ? [{ name: 'tmp', emptyDir: {} }] : []),
			...(Object.keys(reads).length > 0 ? [{ name: planFiles, configMap: { name: planFiles } }] : []),
		],
	};
}

/** The names of all secrets that containers ask for. */
export function secretsOf(containers: readonly Container[]): string[] {
	return [...new Set(containers.flatMap(({ environment }) => Object.values(environment).flatMap(secretsIn)))].sort();
}

function containerOf(container: Container): IContainer {
	const { name, image, command, keeps, reads } = container;
	return {
		name,
		image: image ?? 'mana',
		...(command === null ? {} : { args: [...command] }),
		env: environmentOf(container),
		ports: portsOf(container).map((port) => ({ name: portName(port), containerPort: port.inside })),
		...probes(container),
		resources: { requests: image === null ? { cpu: '50m', memory: '160Mi' } : { cpu: '100m', memory: '256Mi' } },
		securityContext: {
			allowPrivilegeEscalation: false,
			...(image === null ? { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } : {}),
		},
		volumeMounts: [
			// A disk of its own has a folder "lost+found", over which PostgreSQL would not make its data folder.
			...(keeps === null ? [] : [{ name: 'data', mountPath: keeps, ...(image === null ? {} : { subPath: 'data' }) }]),
			...(image === null ? [{ name: 'tmp', mountPath: '/tmp' }] : []),
			...Object.entries(reads).map(([mountPath, file]) => ({ name: planFiles, mountPath, subPath: file, readOnly: true })),
		],
	};
}

/** Secrets come first, since a value may only name what stands before it. */
function environmentOf({ environment }: Container): EnvVar[] {
	const whole = /^\$\{([A-Z_]+)\}$/;
	const values = Object.entries(environment).filter(([, value]) => !whole.test(value));
	const within = [...new Set(values.flatMap(([, value]) => secretsIn(value)))];
	return [
		...within.map((name) => fromSecret(name, name)),
		...Object.entries(environment).map(([name, value]): EnvVar => {
			const [, secret] = whole.exec(value) ?? [];
			if (secret !== undefined) return fromSecret(name, secret);
			return { name, value: value.replaceAll('$(', '$$$$(').replaceAll(/\$\{([A-Z_]+)\}/g, '$($1)') };
		}),
	];
}

/** A pod whose secret is missing does not start, and says which key it waits for. */
function fromSecret(name: string, key: string): EnvVar {
	return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

/** The order of starts is left to readiness: who comes up before what it needs is started again until that is there. */
function probes(container: Container): Pick<IContainer, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
	const { ready, live } = container;
	const [main] = portsOf(container);
	if (!main) return {};
	const ask = (path: string): IProbe => ({ httpGet: { path, port: portName(main) }, timeoutSeconds: 5 });
	const isReady: IProbe = 'path' in ready ? ask(ready.path) : { exec: { command: [...ready.command] }, timeoutSeconds: 5 };
	const lives = live !== null && speaksHttp(main.port) ? ask(live) : isReady;
	return {
		startupProbe: { ...lives, periodSeconds: 2, failureThreshold: 60 },
		livenessProbe: { ...lives, periodSeconds: 15, failureThreshold: 4 },
		readinessProbe: { ...isReady, periodSeconds: 5, failureThreshold: 2 },
	};
}
