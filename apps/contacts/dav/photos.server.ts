import type { BlobReference } from '@mana/model';
import { problem, readProblem, type ServiceIdentity } from '@mana/service';
import type { AppGrant } from '@mana/service/app-passwords';
import type { SpaceId } from '@mana/sync';
import { Arriving, FetchedParts, manifestOf, Refused, Transfer } from '@mana/sync/client/blobs/transfer';
import type { SaidPhoto } from '../cards/read.ts';

/** Letters of photos that are kept in memory, and how many are fetched side by side. */
const [KEPT, AT_ONCE] = [64 * 1024 * 1024, 8];
/** The biggest photo that goes onto a card, in bytes: address books on phones take no more. */
const BIGGEST = 1024 * 1024;
/** How long one may be on its way, in milliseconds. */
const WAIT_MS = 20_000;

const types: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Whoever reads and writes photos: a person who lets this server act, or nobody but the server itself, which brings what stands elsewhere. */
type Asking = Pick<AppGrant, 'token'> | null;

/** The photos of contacts, as files of their spaces at mana-sync. */
export class Photos {
	readonly #sync: string;
	readonly #identity: ServiceIdentity;
	readonly #kept = new Map<string, string>();
	#letters = 0;

	/** @param sync address of mana-sync; @param identity by which this server proves itself to it */
	constructor(sync: string, identity: ServiceIdentity) {
		this.#sync = sync;
		this.#identity = identity;
	}

	/** Photos as cards have them, by hash, as far as they can be had now. */
	async read(asking: Asking, space: SpaceId, wanted: readonly BlobReference[]): Promise<ReadonlyMap<string, SaidPhoto>> {
		const found = new Map<string, SaidPhoto>();
		const left = wanted.filter(({ size }) => size <= BIGGEST);
		const work = async () => {
			for (let reference; (reference = left.pop());) {
				const bytes = this.#kept.get(reference.hash) ?? (await this.#fetch(asking, space, reference));
				if (bytes !== null) found.set(reference.hash, { kind: 'bytes', bytes, type: reference.type });
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		return found;
	}

	/** Whether somebody was shown a photo: who leaves it out then wants it gone. */
	wasShown({ hash }: BlobReference): boolean {
		return this.#kept.has(hash);
	}

	/**
	 * Sends a photo to the space, unless the contact has it already; `null` where it is none that can be shown, so that it stays in the card.
	 *
	 * @throws Problem when the space has no room for it, or the person may not write
	 */
	async keep(
		asking: Asking,
		space: SpaceId,
		photo: SaidPhoto | null,
		before: BlobReference | null,
	): Promise<BlobReference | null> {
		if (photo?.kind !== 'bytes' || !types.has(photo.type)) return null;
		const bytes = Buffer.from(photo.bytes, 'base64');
		if (bytes.length === 0 || bytes.length > BIGGEST) return null;
		const { hash } = await manifestOf(new Blob([bytes]));
		if (before?.hash !== hash) await this.#send(asking, space, hash, bytes);
		this.#keep(hash, photo.bytes);
		return { hash, size: bytes.length, type: photo.type, name: `photo.${photo.type.slice(6)}` };
	}

	async #send(asking: Asking, space: SpaceId, hash: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
		const response = await fetch(`${this.#sync}/service-blobs/${space}/${hash}`, {
			method: 'PUT',
			headers: {
				authorization: `Bearer ${await this.#identity.token('mana-sync')}`,
				...(asking && { 'x-mana-person-token': asking.token }),
			},
			body,
			signal: AbortSignal.timeout(WAIT_MS),
		}).catch((error: unknown) => {
			throw problem(503, 'sync-unavailable', 'Photos cannot be kept right now. Try again in a moment.', {
				retryAfterMs: 2_000,
				cause: error,
			});
		});
		if (!response.ok) throw (await readProblem(response)) ?? new Error(`mana-sync answered ${response.status}.`);
	}

	async #fetch(asking: Asking, space: SpaceId, { hash, size }: BlobReference): Promise<string | null> {
		try {
			const content = asking
				? (await this.#transfer(asking.token, space).fetch(hash, size, new FetchedParts(), () => {})).content
				: await this.#own(space, hash);
			if (content === null) return null;
			const text = Buffer.from(await content.arrayBuffer()).toString('base64');
			this.#keep(hash, text);
			return text;
		} catch (error) {
			// Whoever put it there has not finished sending it, or it is lost: the card is shown without it.
			if (error instanceof Arriving || error instanceof Refused) return null;
			throw error;
		}
	}

	#keep(hash: string, text: string): void {
		if (this.#letters + text.length > KEPT) {
			this.#kept.clear();
			this.#letters = 0;
		}
		this.#kept.set(hash, text);
		this.#letters += text.length;
	}

	/** A photo that a record names which this server reads; `null`: it is not there, or not yet. */
	async #own(space: SpaceId, hash: string): Promise<Blob | null> {
		const response = await fetch(`${this.#sync}/service-blobs/${space}/${hash}`, {
			headers: { authorization: `Bearer ${await this.#identity.token('mana-sync')}` },
			signal: AbortSignal.timeout(WAIT_MS),
		});
		if (response.status === 404) return null;
		if (!response.ok) throw (await readProblem(response)) ?? new Error(`mana-sync answered ${response.status}.`);
		const content = await response.blob();
		return (await manifestOf(content)).hash === hash ? content : null;
	}

	#transfer(token: string, space: SpaceId): Transfer {
		return new Transfer(`${this.#sync}/spaces/${space}`, async () => ({ token, expiresAt: Infinity }), AbortSignal.timeout(WAIT_MS)); // prettier-ignore
	}
}
