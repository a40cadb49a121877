import {
	answers,
	body,
	guard,
	guardService,
	params,
	Problem,
	problem,
	query,
	type ServiceEnv,
	type ServiceIdentity,
	type VerifyToken,
} from '@mana/service';
import {
	BadFrame,
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type Frame,
	isDeviceId,
	isSpaceId,
	roleAllows,
	serviceActor,
	type SpaceId,
} from '@mana/sync';
import type { Hono } from 'hono';
import { z } from 'zod';
import { actingFor, PERSON_HEADER } from './acting.ts';
import type { Buckets } from './bucket.ts';
import type { Committer } from './committer/committer.ts';
import { Declared, type Grant, grantOf, grants } from './grants.ts';
import type { ProjectionStream } from './projection-stream.ts';
import { farewellFor } from './sockets.ts';
import type { Directory } from './spaces/directory.ts';

const spaceId = z.string().refine(isSpaceId, 'Not the id of a space.');
const device = z.string().refine(isDeviceId, 'Not the id of a device.');
const cursor = z.tuple([spaceId, z.number().int().min(0), z.number().int().min(0)]);

const serviceCard = z.object({
	service: z.string(),
	description: z.string(),
	reads: z.array(z.string()),
	writes: z.array(z.string()),
	allowed: z.boolean(),
});

export interface ServiceRouteParts {
	readonly committer: Committer;
	readonly directory: Directory;
	readonly projections: ProjectionStream;
	readonly verifyToken: VerifyToken;
	readonly identity: ServiceIdentity;
	/** Ops that a device may send. */
	readonly ops: Buckets;
	/** Makes a body of frames; it just ends when something goes wrong. */
	readonly stream: (frames: AsyncGenerator<Uint8Array<ArrayBuffer>>) => ReadableStream<Uint8Array<ArrayBuffer>>;
	readonly stopping: AbortSignal;
}

/** Services that read and write in spaces, and the people who decide about that (house.md, Data). */
export function serviceRoutes(app: Hono<ServiceEnv>, parts: ServiceRouteParts) {
	const { committer, directory } = parts;
	const signedIn = guard(parts.verifyToken);
	const isService = guardService(parts.identity);

	return app
		.get(
			'/spaces/:space/services',
			signedIn,
			params(z.object({ space: spaceId })),
			answers('Which services read and write in a space', z.object({ services: z.array(serviceCard) })),
			async (c) => {
				const { id } = await known(c.req.valid('param').space, c.get('person').id);
				const decided = new Map((await directory.services(id)).map(({ service, allowed }) => [service, allowed]));
				const services = grants
					.filter(({ service, running }) => running || decided.has(service))
					.map((grant) => cardOf(grant, decided.get(grant.service) ?? true));
				return c.json({ services });
			},
		)
		.put(
			'/spaces/:space/services/:service',
			signedIn,
			params(z.object({ space: spaceId, service: z.string().min(1).max(64) })),
			answers('Shuts a service out of a space, or lets it in again', serviceCard),
			body(z.object({ allowed: z.boolean() })),
			async (c) => {
				const { space, service } = c.req.valid('param');
				const { allowed } = c.req.valid('json');
				const person = c.get('person').id;
				const { id, role } = await known(space, person);
				if (!roleAllows(role, 'manage'))
					throw problem(403, 'forbidden', 'Only those who manage a space decide which services work in it.');
				const grant = grantOf(service);
				if (!grant) throw problem(404, 'service-unknown', 'There is no service of this name that reads or writes in spaces.');
				const command = { kind: 'service', target: serviceActor(service), allowed } as const;
				const answer = await committer.command({ kind: 'command', space: id, person, command });
				if (answer.type === 'denied') throw unknown();
				// Judged again at commit: the right may have ended since.
				if (answer.type === 'declined') throw problem(403, 'forbidden', answer.detail);
				return c.json(cardOf(grant, allowed));
			},
		)
		.post(
			'/projection-changes',
			isService,
			answers('For services: what changes in the collections that their row declares, as frames, for ever', z.string()),
			body(z.object({ collections: z.array(z.string()).min(1).max(256), cursors: z.array(cursor).max(100_000) })),
			(c) => {
				const { collections, cursors } = c.req.valid('json');
				const { service, reads } = declared(c.get('service'));
				const undeclared = collections.filter((name) => !reads.includes(name));
				if (undeclared.length > 0) throw notDeclared(service, 'reads', undeclared);
				const reading = {
					service,
					reads: new Declared(collections),
					cursors: new Map(cursors.map(([space, epoch, seq]) => [space as SpaceId, { epoch, seq }])),
				};
				const signal = AbortSignal.any([c.req.raw.signal, parts.stopping]);
				return c.body(parts.stream(parts.projections.frames(reading, signal)), 200, octets);
			},
		)
		.post(
			'/service-writes',
			isService,
			answers('For services: one PUSH as the body; the answer is the ACK, REVOKED or BYE', z.string()),
			query(z.object({ device })),
			async (c) => {
				const bytes = new Uint8Array(await c.req.arrayBuffer());
				const service = c.get('service');
				const person = await actingFor(parts.verifyToken, service, c.req.header(PERSON_HEADER));
				const answer = await push(service, person ?? serviceActor(service), c.req.valid('query').device as DeviceId, bytes);
				return c.body(answer, 200, octets);
			},
		);

	async function push(
		name: string,
		actor: string,
		device: DeviceId,
		bytes: Uint8Array<ArrayBuffer>,
	): Promise<Uint8Array<ArrayBuffer>> {
		const { service, writes } = declared(name);
		try {
			const frame = decodeFrame(bytes);
			if (frame.type !== 'push') throw new BadFrame('unknown-type', 'A service writes with PUSH.');
			const ops = frame.transactions.flatMap((transaction) => transaction.ops);
			const undeclared = [...new Set(ops.map(({ collection }) => collection))].filter((number) => !writes.covers(number));
			if (undeclared.length > 0) throw notDeclared(service, 'writes', undeclared);
			const retryAfterMs = parts.ops.take(device, Math.max(1, ops.length));
			if (retryAfterMs > 0) return encode({ type: 'bye', code: 'busy', detail: 'Too many changes at once.', retryAfterMs });
			const { space, known, transactions } = frame;
			const request = { kind: 'push', space, known, transactions, device, person: actor } as const;
			const answer = await committer.push({ request, bytes, ops: ops.length });
			return encode(answer.type === 'denied' ? { ...answer, type: 'bye', retryAfterMs: null } : answer);
		} catch (error) {
			if (error instanceof Problem) throw error;
			return farewellFor(error).frame();
		}
	}

	async function known(id: string, person: string) {
		const space = await directory.space(id, person);
		if (!space) throw unknown();
		return space;
	}
}

const octets = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' } as const;

function declared(service: string): Grant {
	const grant = grantOf(service);
	if (!grant)
		throw problem(
			403,
			'nothing-declared',
			`${service} declares no records in the schema. State them as reads and writes of its row.`,
		);
	return grant;
}

function notDeclared(service: string, verb: 'reads' | 'writes', what: readonly (string | number)[]): Problem {
	return problem(
		403,
		'undeclared-collection',
		`${service} does not declare ${what.join(', ')}. State it in its row of the schema under ${verb}.`,
	);
}

function cardOf({ service, description, reads, writes }: Grant, allowed: boolean): z.infer<typeof serviceCard> {
	return { service, description, reads: [...reads.names], writes: [...writes.names], allowed };
}

function unknown(): Problem {
	return problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
}

function encode(frame: Frame): Uint8Array<ArrayBuffer> {
	return encodeFrame(frame) as Uint8Array<ArrayBuffer>;
}
