import { z } from 'zod';
import type { HostPlan } from '../plans.ts';
import { serviceNamed, services, type ServiceName } from '../services.ts';
import { lastPort } from '../systems.ts';

const name = z
	.string()
	.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'use small letters, digits and hyphens')
	.describe('small letters, digits and hyphens');
const service = z
	.enum(services.map((row) => row.name) as [ServiceName, ...ServiceName[]], { error: ({ input }) => noService(input) })
	.describe('a service of the port schema');
const port = z.number().int().min(1).max(lastPort);
const exposure = z
	.enum(['loopback', 'lan', 'proxy'])
	.describe('who reaches it: this machine, the local network, or everyone through the proxy; left out, as its row says');

const occupant = z.strictObject({
	port,
	protocol: z.enum(['http', 'http+ws', 'tcp', 'udp']),
	name: z.string().min(1),
	way: z.string().optional().describe('how it is made to let go of the number'),
});

const host = z.strictObject({
	name,
	title: z.string().min(1),
	system: z.enum(['any', 'linux', 'macos', 'windows']),
	address: z
		.string()
		.min(1)
		.optional()
		.describe('how the other machines reach it: an address or a name, without scheme and port'),
	containers: z.literal(true).optional().describe('each service runs in a container of its own there'),
	occupants: z.array(occupant).optional().describe('what listens there besides Mana'),
	excluded: z
		.array(z.tuple([port, port]))
		.optional()
		.describe('ranges that the system keeps from everyone, both ends included'),
});

const placement = z.strictObject({
	service,
	host: name,
	ports: z
		.record(z.string(), port)
		.optional()
		.describe('ports by their names in the row, where this plan differs from the schema'),
	exposure: exposure.optional(),
	scheduledTask: z.string().min(1).optional().describe('what starts it on Windows'),
	engine: z.literal(true).optional().describe('the real engine instead of the room of ours that speaks its protocol'),
});

const publicName = z.strictObject({
	name: z.string().min(1).describe('a host name of the internet, as mana.example.org'),
	service,
	port: z.string().optional().describe('the port by its name in the row; left out, the main one'),
});

/** A host plan as a file states it. What the rows say is not repeated there. */
export const planShape = z.strictObject({
	$schema: z.string().optional(),
	name,
	title: z.string().min(1),
	hosts: z.array(host).min(1),
	placements: z.array(placement),
	publicNames: z.array(publicName).default([]),
	notDeployed: z.array(service).default([]),
	note: z.string().optional(),
});

/**
 * Reads a host plan from the text of its file.
 *
 * @throws Error that names every place that does not fit, with its path and what belongs there
 */
export function readPlan(text: string): HostPlan {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new Error(`The plan is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
	}
	const read = planShape.safeParse(value);
	if (!read.success)
		throw new Error(
			`The plan does not fit:\n${read.error.issues.map((issue) => `  ${whereOf(issue.path)}: ${issue.message}`).join('\n')}`,
		);
	const { $schema: _, ...plan } = read.data;
	return plan as HostPlan;
}

/** Names the nearest ones instead of all seventy. */
function noService(input: unknown): string {
	if (typeof input !== 'string') return 'name a service of the port schema, as "mana-auth"';
	try {
		return `${serviceNamed(input).name} does not belong here`;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** `placements[3].host` */
function whereOf(path: readonly PropertyKey[]): string {
	return (
		path.reduce<string>(
			(text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
			'',
		) || 'the file'
	);
}
