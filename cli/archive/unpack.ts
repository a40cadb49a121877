import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';
import { unpackTar } from 'modern-tar/fs';
import { type Digest, digestFile, digestOf } from './digest.ts';
import { ArchiveError, type Manifest, manifestPath, parseManifest, type Part } from './manifest.ts';

/**
 * Reads an archive to its end and compares every part with its manifest.
 *
 * @throws ArchiveError naming what does not fit
 */
export async function verifyArchive(read: () => Readable): Promise<Manifest> {
	let manifest: Manifest | null = null;
	const found = new Map<string, Digest>();
	try {
		const bytes = Readable.toWeb(read().pipe(createGunzip())) as unknown as ReadableStream<Uint8Array>;
		for await (const entry of bytes.pipeThrough(createTarDecoder({ strict: true }))) {
			if (manifest === null) {
				if (entry.header.name !== manifestPath) break;
				manifest = parseManifest(await new Response(entry.body).text());
			} else found.set(entry.header.name, await digestOf(entry.body));
		}
	} catch (error) {
		throw unreadable(error);
	}
	if (manifest === null) throw new ArchiveError('This is no backup of Mana: it does not begin with a manifest.');
	for (const part of manifest.parts) compare(part, found.get(part.path));
	return manifest;
}

/**
 * Unpacks an archive into a folder, only what its manifest names, and compares every part on the disk with it.
 *
 * @throws ArchiveError naming what does not fit
 */
export async function unpackArchive(file: string, folder: string): Promise<Manifest> {
	const manifest = await verifyArchive(() => createReadStream(file));
	const wanted = new Set(manifest.parts.map((part) => part.path));
	const filter = (header: { name: string; type?: string }) => (header.type ?? 'file') === 'file' && wanted.has(header.name);
	await pipeline(createReadStream(file), createGunzip(), unpackTar(folder, { filter, fmode: 0o600, dmode: 0o700 }));
	for (const part of manifest.parts) compare(part, await digestFile(join(folder, part.path)));
	return manifest;
}

function compare(part: Part, found: Digest | undefined): void {
	if (!found) throw new ArchiveError(`The backup is damaged: ${part.path} is missing.`);
	if (found.bytes !== part.bytes || found.sha256 !== part.sha256)
		throw new ArchiveError(`The backup is damaged: ${part.path} is not what was written.`);
}

function unreadable(error: unknown): unknown {
	if (error instanceof ArchiveError) return error;
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') return error;
	return new ArchiveError('The backup is damaged, or it is none: it cannot be read to its end.', { cause: error });
}
