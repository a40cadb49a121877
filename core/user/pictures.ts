import type { BlobReference } from '@mana/model';
import { call, Problem, problem, type ServiceIdentity } from '@mana/service';

/** Largest file that is shown as a picture of somebody, in bytes. Our own pages keep some 50,000. */
const MOST_BYTES = 1_000_000;

/** What the first bytes of the pictures are that every browser shows, and none runs. */
const kinds = [
	{ type: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
	{ type: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47] },
	{ type: 'image/webp', starts: [0x52, 0x49, 0x46, 0x46] },
] as const;

/** The bytes of a picture, and what they are, whatever the record says. @throws Problem 404 `no-picture`, 503 */
export type ReadPicture = (
	space: string,
	picture: BlobReference,
) => Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }>;

/** Reads pictures from the spaces they are in, by what this service declares that it reads. */
export function picturesAt(address: string, identity: ServiceIdentity): ReadPicture {
	const send = call();
	return async (space, { hash, size }) => {
		if (size > MOST_BYTES) throw noPicture();
		const bytes = await read(`${address}/service-blobs/${space}/${hash}`);
		const kind = kinds.find(({ starts }) => starts.every((byte, at) => bytes[at] === byte));
		if (!kind || bytes.length > MOST_BYTES) throw noPicture();
		return { bytes, type: kind.type };
	};

	async function read(url: string): Promise<Uint8Array<ArrayBuffer>> {
		try {
			const response = await send(url, { headers: { authorization: `Bearer ${await identity.token('mana-sync')}` } });
			return new Uint8Array(await response.arrayBuffer());
		} catch (error) {
			// Who chose it has yet to send it.
			if (error instanceof Problem && error.status === 404) throw noPicture();
			throw error;
		}
	}
}

function noPicture(): Problem {
	return problem(404, 'no-picture', 'This person has no picture, or not one that can be shown yet.');
}
