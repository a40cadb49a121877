import { origin, principles } from '../../principles.ts';
import type { Facts } from '../generator.ts';
import { bullets, code, parts, table } from './markdown.ts';

/** What this is, how to read it, and the principles. */
export function opening({ services, ranges, plans }: Facts): string {
	const ports = services.flatMap((row) => row.ports).length;
	const running = services.filter((row) => row.status === 'running').length;
	return parts(
		'# Port schema',
		`${services.length} services on ${ports} ports in ${ranges.length} ranges. ${running} of them are built and run today; the others keep ` +
			`their number. One number means one service, in development, in tests and in production alike.`,
		`The source is the folder [schema/](../schema/README.md), which states each port once. This document, what runs, and everything ` +
			`under ${code('deploy/')} come from it, and ${code('npm run check')} fails as soon as one of them says something else. So there is ` +
			`no second list to compare with: where this document and a running Mana differ, ${code('mana ports doctor')} says which service, and it is a fault.`,
		'## How to read it',
		bullets([
			'**Kind.** *own*: code of ours. *embedded*: the place of a third-party engine, where a room of ours listens and speaks its protocol, so that a bare machine has the ability; a host plan may choose the real engine instead. *external*: the real engine only, in host plans that choose it.',
			'**State.** *running*: built, and started by `mana up`. *planned*: the number is kept, nothing listens yet. *external*: not ours to start. A front end runs as soon as its door is open: it answers health and leads to the hub.',
			'**Exposure.** *loopback*: this machine only. *lan*: the local network. *proxy*: everyone, through the proxy. Nothing is reachable from outside a machine unless its row or plan says so.',
			'**Runtime** is the one that the origin document names. What is ours runs on Bun.',
			'**Needs** must be up first. **Health** answers while the process lives, **metrics** is Prometheus text; a dash means that there is none.',
			'Where the origin document contradicts itself, the reading that holds stands under [Decisions](#decisions), with its reason.',
		]),
		'## Principles',
		table(
			['Principle', 'How it is kept', 'Finding of `mana ports check`'],
			principles.map(({ says, kept, finding }, index) => [`${index + 1}. ${says}`, kept, finding === null ? '-' : code(finding)]),
		),
		`These are the four of the [origin document](#origin). They are checked for each of the ${plans.length} host plans.`,
	);
}

/** Where it comes from. */
export function originSection(): string {
	return parts(
		'## Origin',
		`${code(origin.document)} was drafted on ${origin.drafted} as a target and reconciled on ${origin.reconciled} with what was said to run ` +
			`(commit ${code(origin.commit)}). It called itself partially aspirational: many services matched the ranges, many did not, and per-service ports stood in each ` +
			`service's own guide beside the defaults of its source. It asked for a decision: make the move, or rewrite the plan.`,
		bullets(origin.answers),
	);
}
