import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { packTar } from 'modern-tar/fs';
import { type Manifest, manifestPath } from './manifest.ts';
import type { SourcedPart } from './parts.ts';
import { verifyArchive } from './unpack.ts';

/**
 * Writes an archive (`tar.gz`), reads it back and compares every part; only then it gets its name.
 *
 * @throws ArchiveError when what was written is not what was meant
 */
export async function packArchive(file: string, manifest: Manifest, parts: readonly SourcedPart[]): Promise<void> {
	const draft = `${file}.partial`;
	const sources = parts.map(({ path, source }) => ({ type: 'file' as const, source, target: path, mode: 0o600 }));
	const first = {
		type: 'content' as const,
		target: manifestPath,
		content: `${JSON.stringify(manifest, null, '\t')}\n`,
		mode: 0o600,
	};
	try {
		await pipeline(packTar([first, ...sources]), createGzip(), createWriteStream(draft, { mode: 0o600, flags: 'wx' }));
		await chmod(draft, 0o600);
		await flush(draft);
		await verifyArchive(() => createReadStream(draft));
		await rename(draft, file);
		await flush(dirname(file));
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
}

async function flush(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
