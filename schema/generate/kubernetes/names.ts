import type { ContainerPort } from '../containers.ts';

/** The Secret that the operator makes. It is never generated, since no secret has a default. */
export const secretName = 'mana-secrets';

/** The files that engines read, as Kustomize hands them to the pods. */
export const planFiles = 'plan-files';

/** The service that opens what is meant for the local network. */
export function lanService(name: string): string {
	return `${name}-lan`;
}

/** A name of at most 15 letters, as ports must have, and never that of another port of the pod. */
export function portName({ inside }: Pick<ContainerPort, 'inside'>): string {
	return `port-${inside}`;
}

export function labels(name: string): Record<string, string> {
	return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'mana' };
}
