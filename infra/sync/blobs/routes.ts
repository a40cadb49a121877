import {
	answers,
	body,
	guard,
	guardService,
	params,
	problem,
	rangeOf,
	type ServiceEnv,
	type ServiceIdentity,
	type VerifyToken,
} from '@mana/service';
import { type Action, allows, isSpaceId, type SpaceId } from '@mana/sync';
import { chunkHash, chunkRanges, isContentHash, MOST_CHUNKS } from '@mana/sync/manifest';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { actingFor, PERSON_HEADER } from '../acting.ts';
import { grantOf } from '../grants.ts';
import type { Directory } from '../spaces/directory.ts';
import type { BlobKeeper, Caller } from './keeper.ts';
import { bytesOf, streamOf } from './reading.ts';
import type { Shelf } from './shelf.ts';

const space = z.string().refine(isSpaceId, 'Not the id of a space.');
const hash = z.string().refine(isContentHash, 'Not a SHA-256 in 64 lower-case hexadecimal digits.');
const chunks = z.array(hash).max(MOST_CHUNKS);
const ofContent = params(z.object({ space, hash }));

/** What a blob is answered with: whatever it claims to be, no browser may run it under the hub's name. */
const HARMLESS = {
	'content-type': 'application/octet-stream',
	'content-disposition': 'attachment',
	'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'cache-control': 'private, max-age=31536000, immutable',
	'accept-ranges': 'bytes',
	vary: 'Authorization',
} as const;

export interface BlobRouteParts {
	readonly keeper: BlobKeeper;
	readonly shelf: Shelf;
	readonly directory: Directory;
	readonly verifyToken: VerifyToken;
	readonly identity: ServiceIdentity;
	readonly log: { warn(of: object, text: string): void };
}

/** Files of a space over HTTP: ask what is missing, send chunks, complete the blob, read it (sync.md §6.11). */
export function blobRoutes(app: Hono<ServiceEnv>, { keeper, shelf, directory, verifyToken, identity, log }: BlobRouteParts) {
	const signedIn = guard(verifyToken);

	return app
		.post(
			'/spaces/:space/missing-chunks',
			signedIn,
			params(z.object({ space })),
			answers('Those chunks that the caller has yet to send', z.object({ missing: z.array(z.string()) })),
			body(z.object({ chunks })),
			async (c) => {
				const id = c.req.valid('param').space as SpaceId;
				const caller = await callerIn(id, c.get('person').id, 'write');
				return c.json({ missing: await keeper.missing(id, caller, c.req.valid('json').chunks) });
			},
		)
		.put(
			'/spaces/:space/chunks/:hash',
			signedIn,
			ofContent,
			answers('Keeps a chunk of at most 1 MiB: the body is its bytes'),
			async (c) => {
				const { space, hash } = c.req.valid('param');
				const id = space as SpaceId;
				await keeper.put(id, await callerIn(id, c.get('person').id, 'write'), hash, c.req.raw.body ?? nothing());
				return c.body(null, 204);
			},
		)
		.put(
			'/spaces/:space/blobs/:hash',
			signedIn,
			ofContent,
			answers('Completes a blob from chunks that the caller has sent', z.object({ bytes: z.number() })),
			body(z.object({ chunks })),
			async (c) => {
				const { space, hash } = c.req.valid('param');
				const id = space as SpaceId;
				const caller = await callerIn(id, c.get('person').id, 'write');
				return c.json({ bytes: await keeper.complete(id, caller, hash, c.req.valid('json').chunks) });
			},
		)
		.get('/spaces/:space/blobs/:hash', signedIn, ofContent, answers('A blob, or a range of it', z.string()), async (c) => {
			const { space, hash } = c.req.valid('param');
			const id = space as SpaceId;
			const person = c.get('person').id;
			const blob = await keeper.find(id, await callerIn(id, person, 'read'), hash);
			if (!blob) throw problem(404, 'unknown-blob', 'This file is not here, or not yet: who added it may still be sending it.');
			const etag = `"${hash}"`;
			if (c.req.header('if-none-match') === etag) return c.body(null, 304, { ...HARMLESS, etag });
			const condition = c.req.header('if-range');
			const range = condition === undefined || condition === etag ? rangeOf(c.req.header('range'), blob.bytes) : null;
			if (range === 'outside')
				throw problem(416, 'range-outside', `The file has ${blob.bytes} bytes.`, { extra: { bytes: blob.bytes } });
			const { first, last } = range ?? { first: 0, last: blob.bytes - 1 };
			const headers = { ...HARMLESS, etag };
			const mayGoOn = async () => allows(await directory.space(id, person), 'read');
			const stream = streamOf(bytesOf(shelf, blob, { first, last }, mayGoOn), failed(c));
			return range
				? c.body(stream, 206, { ...headers, 'content-range': `bytes ${first}-${last}/${blob.bytes}` })
				: c.body(stream, 200, headers);
		})
		.put(
			'/service-blobs/:space/:hash',
			guardService(identity),
			ofContent,
			answers(
				'For services: keeps a file, as large as a body may be, for the person who lets them act, else for whose space it is; the body is its bytes',
			),
			async (c) => {
				const { space, hash } = c.req.valid('param');
				const id = space as SpaceId;
				const service = c.get('service');
				const grant = grantOf(service);
				if (!grant) throw problem(403, 'nothing-declared', `${service} declares no records in the schema.`);
				const acting = await actingFor(verifyToken, service, c.req.header(PERSON_HEADER));
				const person = acting ?? (grant.writes.names.length > 0 ? await directory.ownerWhoLetsIn(id, service) : null);
				if (person === null)
					throw problem(
						403,
						'not-acting',
						'Say in whose name: files are kept for people, or for spaces in which this service writes.',
					);
				const caller = await callerIn(id, person, 'write');
				const content = new Uint8Array(await c.req.arrayBuffer());
				const chunks: string[] = [];
				for (const { from, to } of chunkRanges(content.length)) {
					const part = content.subarray(from, to);
					const chunk = await chunkHash(part, (bytes) => crypto.subtle.digest('SHA-256', bytes));
					await keeper.put(id, caller, chunk, once(part));
					chunks.push(chunk);
				}
				await keeper.complete(id, caller, hash, chunks);
				return c.body(null, 204);
			},
		)
		.get(
			'/service-blobs/:space/:hash',
			guardService(identity),
			ofContent,
			answers('For services: a blob that a record names which their row declares under `reads`', z.string()),
			async (c) => {
				const { space, hash } = c.req.valid('param');
				const id = space as SpaceId;
				const service = c.get('service');
				const grant = grantOf(service);
				const letIn = () => directory.letsIn(id, service);
				const blob = grant && (await letIn()) ? await keeper.findNamed(id, hash, (number) => grant.reads.covers(number)) : null;
				if (!blob) throw problem(404, 'unknown-blob', 'This file is not here, or no record names it that this service may read.');
				const bytes = bytesOf(shelf, blob, { first: 0, last: blob.bytes - 1 }, letIn);
				return c.body(streamOf(bytes, failed(c)), 200, { ...HARMLESS, etag: `"${hash}"` });
			},
		);

	async function callerIn(id: SpaceId, person: string, action: Action): Promise<Caller> {
		const card = await directory.space(id, person);
		if (!card) throw problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
		if (!allows(card, action))
			throw problem(403, 'forbidden', 'You may read this space but not change it. Ask its owner for the right.');
		if (action === 'write' && card.archivedAt !== null)
			throw problem(409, 'archived', 'This space is in the archive. Take it out to change it.');
		return { person, access: card };
	}

	function failed(c: Context): (error: unknown) => void {
		return (error) => log.warn({ err: error, path: c.req.path }, 'a file could not be sent to its end');
	}
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

// oxlint-disable-next-line require-await -- who keeps it waits
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}
