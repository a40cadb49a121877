import { fileNameOf } from '@mana/model/file-name';
import { z } from 'zod';

/** The name that stands for the format in each manifest. */
const FORMAT = 'mana-archive';

/** Where in an archive what stands. */
export const places = {
	readMe: 'README.txt',
	manifest: 'manifest.json',
	checksums: 'checksums.sha256',
	service: (service: string) => `services/${service}.ndjson`,
	/** @param folder `spaces/own`, or `spaces/` and the id of a space */
	space: (folder: string) => `${folder}/space.json`,
	records: (folder: string) => `${folder}/records.ndjson`,
	files: (folder: string) => `${folder}/files.ndjson`,
	file: (folder: string, hash: string, name: string) => `${folder}/files/${hash.slice(0, 16)}-${fileNameOf(name)}`,
	open: (service: string, name: string) => `open/${service.replace(/-server$/, '')}/${fileNameOf(name)}`,
} as const;

/** A space in an archive, as its `space.json` says it. */
export const archivedSpace = z.object({
	folder: z.string(),
	id: z.string(),
	kind: z.string(),
	name: z.string(),
	role: z.string(),
	/** Whether it is the person's own. */
	own: z.boolean(),
});
export type ArchivedSpace = z.infer<typeof archivedSpace>;

const counts = z.object({ records: z.record(z.string(), z.number()), registers: z.number(), content: z.string() });

/** What an archive says of itself: `manifest.json`. Instants are ISO 8601, UTC. */
export const manifest = z.object({
	format: z.literal(FORMAT),
	/** Of the format: a reader that knows a lower one does not take it. */
	version: z.literal(2),
	/** The Mana that made it: its version, and its id. */
	mana: z.object({ version: z.string(), instance: z.string() }),
	madeAt: z.string(),
	person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
	/** Lines of what each service holds of the person. */
	services: z.record(z.string(), z.number()),
	spaces: z.array(
		archivedSpace.extend({
			...counts.shape,
			files: z.object({ count: z.number(), bytes: z.number(), missing: z.number() }),
		}),
	),
	/** Files in formats of others, and why those of a service are missing. */
	open: z.object({ files: z.array(z.string()), missing: z.record(z.string(), z.string()) }),
});
export type Manifest = z.infer<typeof manifest>;

/** The format as manifests of this version say it. */
export const manifestFormat = { format: FORMAT, version: 2 } as const;

/** A line of `files.ndjson`. */
export const archivedFile = z.object({
	/** Where it lies in the archive; `null`: it was not there, since whoever added it had not sent it to its end. */
	path: z.string().nullable(),
	/** See `manifestHash` of `@mana/sync/manifest`: records name it by this. */
	hash: z.string().regex(/^[0-9a-f]{64}$/),
	bytes: z.number().int().nonnegative(),
	type: z.string(),
	name: z.string(),
});
export type ArchivedFile = z.infer<typeof archivedFile>;
