import { archivedSpace } from '@mana/archive';
import {
	answers,
	guard,
	guardService,
	params,
	problem,
	query,
	type ServiceEnv,
	type ServiceIdentity,
	type VerifyToken,
} from '@mana/service';
import { jsonLines } from '@mana/service/leaving';
import { allows, isSpaceId, type SpaceId } from '@mana/sync';
import { isContentHash } from '@mana/sync/manifest';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { BlobKeeper } from '../blobs/keeper.ts';
import { bytesOf, streamOf } from '../blobs/reading.ts';
import type { Shelf } from '../blobs/shelf.ts';
import type { Directory, SpaceCard } from '../spaces/directory.ts';
import type { SyncStore } from '../store.ts';
import { archivedFiles, archivedRecords, type Readable } from './archive.ts';

export interface ArchiveParts {
	readonly store: SyncStore;
	readonly directory: Directory;
	readonly keeper: BlobKeeper;
	readonly shelf: Shelf;
	readonly verifyToken: VerifyToken;
	readonly identity: ServiceIdentity;
	readonly log: { warn(of: object, text: string): void };
}

const person = z.string().min(1).max(64);
const space = z.string().refine(isSpaceId, 'Not the id of a space.');
const hash = z.string().refine(isContentHash, 'Not a SHA-256 in 64 lower-case hexadecimal digits.');
const ofSpace = params(z.object({ id: person, space }));
const lines = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };

/** By which mana-auth asks for what somebody may read in their spaces; and by which a person reads all of a space as lines. */
export function archiveRoutes(app: Hono<ServiceEnv>, parts: ArchiveParts) {
	const { store, directory, keeper, shelf } = parts;
	const isService = guardService(parts.identity);
	const failed = (error: unknown) => parts.log.warn({ err: error }, 'a file of an archive could not be sent to its end');

	return app
		.get(
			'/spaces/:space/records',
			guard(parts.verifyToken),
			params(z.object({ space })),
			answers('Everything that one may read in a space, record by record (NDJSON); last, what it comes to', z.string()),
			async (c) =>
				c.body(jsonLines(archivedRecords(store, await opened(c.get('person').id, c.req.valid('param').space))), 200, lines),
		)
		.get(
			'/v1/persons/:id/archive/spaces',
			isService,
			params(z.object({ id: person })),
			answers('For mana-auth: the spaces that a person may read', z.object({ spaces: z.array(archivedSpace) })),
			async (c) => {
				onlyAuth(c);
				const { id } = c.req.valid('param');
				const cards = (await directory.spacesOf(id)).filter((card) => allows(card, 'read'));
				return c.json({ spaces: cards.map((card) => spaceOf(card)) });
			},
		)
		.get(
			'/v1/persons/:id/archive/spaces/:space/records',
			isService,
			ofSpace,
			answers('For mana-auth: what a person may read in a space, record by record (NDJSON)', z.string()),
			async (c) => {
				onlyAuth(c);
				const { id, space } = c.req.valid('param');
				return c.body(jsonLines(archivedRecords(store, await opened(id, space))), 200, lines);
			},
		)
		.get(
			'/v1/persons/:id/archive/spaces/:space/files',
			isService,
			ofSpace,
			answers('For mana-auth: the files that records name which a person may read (NDJSON), by their hashes', z.string()),
			query(z.object({ after: hash.optional() })),
			async (c) => {
				onlyAuth(c);
				const { id, space } = c.req.valid('param');
				const { after = '' } = c.req.valid('query');
				return c.body(jsonLines(archivedFiles(store, await opened(id, space), after)), 200, lines);
			},
		)
		.get(
			'/v1/persons/:id/archive/spaces/:space/files/:hash',
			isService,
			params(z.object({ id: person, space, hash })),
			answers('For mana-auth: a file that a person may read', z.string()),
			async (c) => {
				onlyAuth(c);
				const { id, space, hash } = c.req.valid('param');
				const { card } = await opened(id, space);
				const blob = await keeper.find(card.id, { person: id, access: card }, hash);
				if (!blob) throw problem(404, 'unknown-blob', 'This file is not here, or not yet.');
				const mayGoOn = async () => allows(await directory.space(space, id), 'read');
				const bytes = bytesOf(shelf, blob, { first: 0, last: blob.bytes - 1 }, mayGoOn);
				return c.body(streamOf(bytes, failed), 200, {
					'content-type': 'application/octet-stream',
					'content-length': String(blob.bytes),
				});
			},
		);

	/** @throws Problem 404 `unknown-space` */
	async function opened(person: string, id: string): Promise<Readable & { readonly card: SpaceCard }> {
		const card = await directory.space(id as SpaceId, person);
		const row = await store.db.selectFrom('space').select('number').where('id', '=', id).executeTakeFirst();
		if (!allows(card, 'read') || !card || !row)
			throw problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
		return { number: row.number, access: card, card };
	}
}

function spaceOf({ id, kind, name, role }: SpaceCard): z.infer<typeof archivedSpace> {
	const own = kind === 'personal';
	return { folder: own ? 'spaces/own' : `spaces/${id}`, id, kind, name, role, own };
}

function onlyAuth(c: Context<ServiceEnv & { Variables: { service: string } }>): void {
	if (c.get('service') !== 'mana-auth')
		throw problem(403, 'service-not-allowed', 'Only mana-auth asks for what a person takes along.');
}
