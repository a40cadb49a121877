import { z } from 'zod';

/** The manifest's place in the archive: first, so that it is read before anything is believed. */
export const manifestPath = 'manifest.json';

const part = z.object({
	/** Relative to the data folder, with slashes. */
	path: z.string().regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$))[^\\\0]+$/),
	/** `database`: SQLite; `dump`: a PostgreSQL schema, for pg_restore; `file`: anything else, as it is. */
	kind: z.enum(['database', 'dump', 'file']),
	bytes: z.number().int().nonnegative(),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifest = z.object({
	format: z.literal(1),
	/** The Mana that made it. */
	version: z.string(),
	createdAt: z.iso.datetime(),
	engine: z.enum(['sqlite', 'postgres']),
	parts: z.array(part),
});

/** One file of a backup. */
export type Part = z.infer<typeof part>;

/** What a backup says about itself. */
export type Manifest = z.infer<typeof manifest>;

/** @throws ArchiveError when it is no manifest of ours */
export function parseManifest(text: string): Manifest {
	const parsed = manifest.safeParse(fromJson(text));
	if (!parsed.success) throw new ArchiveError('This is no backup of Mana, or one of a newer Mana: its manifest cannot be read.');
	return parsed.data;
}

/** An archive that cannot be used; the message says why. */
export class ArchiveError extends Error {
	override readonly name = 'ArchiveError';
}

function fromJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
