import type { BlobReference } from '@mana/model';
import { call, problem, readProblem, type ServiceIdentity } from '@mana/service';
import { chunkHash, chunkRanges, manifestHash } from '@mana/sync/manifest';
import { type CaptureParts, isFull } from './capture.server.ts';

/** The largest file that mana-sync takes of a service at once, in bytes. */
const BIGGEST = 4 * 1024 * 1024 - 64 * 1024;
const sha256 = (bytes: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', bytes);

/** Sends files to the space in which this service writes. @param sync address of mana-sync */
export function filesTo(sync: string, identity: ServiceIdentity): CaptureParts['keepFile'] {
	const send = call({ timeoutMs: 30_000 });
	return async (space, { name, type, bytes }): Promise<BlobReference | null> => {
		if (bytes.length === 0 || bytes.length > BIGGEST) return null;
		const chunks = await Promise.all(chunkRanges(bytes.length).map(({ from, to }) => chunkHash(bytes.slice(from, to), sha256)));
		const hash = await manifestHash(chunks, sha256);
		try {
			const response = await send(`${sync}/service-blobs/${space}/${hash}`, {
				method: 'PUT',
				headers: { authorization: `Bearer ${await identity.token('mana-sync')}` },
				body: bytes,
			});
			if (!response.ok)
				throw (await readProblem(response)) ?? problem(503, 'sync-unavailable', `mana-sync answered ${response.status}.`);
		} catch (error) {
			if (isFull(error)) return null;
			throw error;
		}
		return { hash, size: bytes.length, type, name };
	};
}
