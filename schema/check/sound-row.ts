import { type ServiceRow, speaksHttp } from '../row.ts';
import { type Finding, finding, type Scene } from './scene.ts';

/** What a row must not say about itself, whatever the plan. */
export function* soundRows({ services }: Scene): Generator<Finding> {
	for (const row of services) {
		yield* soundPaths(row);
		yield* soundKind(row);
		yield* soundPorts(row);
		yield* soundCalls(row, services);
		yield* soundGrants(row, services, 'reads');
		yield* soundGrants(row, services, 'writes');
	}
}

/** What a service calls is another one, and stated once: as something that must be up first, or as something that need not. */
function* soundCalls({ name, needs, calls }: ServiceRow, services: readonly ServiceRow[]): Generator<Finding> {
	for (const called of calls) {
		if (!services.some((other) => other.name === called))
			yield finding(
				'unknown-call',
				[name, called],
				`${name} calls ${called}, which has no row.`,
				`Add ${called}, or correct the name.`,
			);
		if (called === name || needs.includes(called) || calls.indexOf(called) !== calls.lastIndexOf(called))
			yield finding(
				'needless-call',
				[name, called],
				`${name} states twice, or of itself, that it calls ${called}.`,
				`Take ${called} out of its calls.`,
			);
	}
}

function* soundPaths(row: ServiceRow): Generator<Finding> {
	for (const [kind, path] of [
		['health', row.health],
		['metrics', row.metrics],
	] as const)
		if (path !== null && !/^\/[\w./-]*$/.test(path))
			yield finding(
				'bad-path',
				[row.name],
				`${row.name} has the ${kind} path "${path}".`,
				'Begin it with a slash and leave out host and query.',
			);
	if ((row.health ?? row.metrics) !== null && !row.ports.some(speaksHttp))
		yield finding(
			'path-without-http',
			[row.name],
			`${row.name} has a health or metrics path, but none of its ports speaks HTTP.`,
			'Correct the protocol of the port that answers, or state null as the path.',
		);
}

function* soundKind(row: ServiceRow): Generator<Finding> {
	if ((row.kind === 'external') !== (row.status === 'external'))
		yield finding(
			'kind-status',
			[row.name],
			`${row.name} is ${row.kind} and its status ${row.status}.`,
			'A row is external in both or in neither.',
		);
	if (row.kind === 'external' && (row.owner !== null || !row.engine))
		yield finding(
			'external-row',
			[row.name],
			`${row.name} is external, so it has an engine and no folder of ours.`,
			`State the engine of ${row.name}, and null as its owner.`,
		);
}

function* soundPorts(row: ServiceRow): Generator<Finding> {
	const names = row.ports.map((port) => port.name);
	if (new Set(names).size < names.length || !names.includes('main'))
		yield finding(
			'port-names',
			[row.name],
			`${row.name} names its ports ${names.join(', ')}.`,
			'Name one of them main, and each once.',
		);
	const lacking = names.filter((name) => row.engine && row.engine.inside[name] === undefined);
	if (lacking.length > 0)
		yield finding(
			'engine-port',
			[row.name],
			`The engine of ${row.name} does not say where it listens inside for ${lacking.join(', ')}.`,
			'State the number that the image itself listens on.',
		);
}

/** The records that are no one app's: tags and links of all of them. */
const SHARED = 'shared';

function* soundGrants(row: ServiceRow, services: readonly ServiceRow[], verb: 'reads' | 'writes'): Generator<Finding> {
	for (const grant of row[verb]) {
		const [app, collection, ...more] = grant.split('/');
		const known = app === SHARED || services.some((other) => other.door?.app === app);
		if (known && more.length === 0 && /^(\*|[a-z-]+)$/i.test(collection ?? '')) continue;
		yield finding(
			verb === 'reads' ? 'unknown-read' : 'unknown-write',
			[row.name],
			`${row.name} ${verb} "${grant}", which names no app's records.`,
			'Write it as todo/tasks or todo/*.',
		);
	}
}

/** Two front ends never lead to one app or one path. */
export function* oneDoorEach({ services }: Scene): Generator<Finding> {
	const leads = new Map<string, string>();
	for (const { name, door } of services) {
		if (!door) continue;
		const other = leads.get(door.app) ?? leads.get(door.path);
		if (other !== undefined)
			yield finding(
				'duplicate-door',
				[other, name],
				`${other} and ${name} lead to one app, ${door.app} at ${door.path}.`,
				'Give each front end an app and a path of its own.',
			);
		leads.set(door.app, name).set(door.path, name);
	}
}
