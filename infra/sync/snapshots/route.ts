import { problem } from '@mana/service';
import { appOf } from '@mana/model';
import { allows, type SpaceId } from '@mana/sync';
import { isChunkHash } from '@mana/sync/snapshot/index';
import { type Fanout, judged } from '../fanout.ts';
import type { ChunkKeeper } from './chunk-keeper.ts';

/**
 * A chunk as it was kept, for a member of its space who may read its app, judged now. Its name is the hash of its content, so it never changes and is never asked for
 * twice by the same browser; `private`, because a shared cache would not ask who wants it (docs/sync.md).
 *
 * @throws Problem 404 `unknown-chunk`, in the same words whether there is none or it is somebody else's
 */
export async function chunkResponse(
	keeper: ChunkKeeper,
	fanout: Pick<Fanout, 'rights' | 'mayTell'>,
	person: string,
	space: string,
	hash: string,
): Promise<Response> {
	const found = isChunkHash(hash) ? await judged(fanout, () => keeper.chunk(space as SpaceId, hash, person)) : null;
	if (!found || !allows(found.access, 'read', appOf(found.collection)))
		throw problem(404, 'unknown-chunk', 'There is no such chunk, or it is not yours. Subscribe again for a newer snapshot.');
	return new Response(found.body as Uint8Array<ArrayBuffer>, {
		headers: {
			'content-type': 'application/octet-stream',
			'content-encoding': 'gzip',
			'cache-control': 'private, max-age=31536000, immutable',
			vary: 'authorization',
			etag: `"${hash}"`,
		},
	});
}
