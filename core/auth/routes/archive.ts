import { answers, problem, query, rangeOf, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { archiveFile, archiveOf, beginArchive, linkArchive, removeArchive } from '../archive/archives.ts';
import { clientOf, type Door } from './door.ts';

const archive = z.object({
	state: z.enum(['making', 'failed', 'ready']),
	begunAt: z.string(),
	now: z.string(),
	done: z.number(),
	all: z.number(),
	bytes: z.number(),
	expiresAt: z.string().nullable(),
	problem: z.object({ code: z.string(), service: z.string() }).nullable(),
});

/** Taking along everything that this Mana holds of one, as one file. */
export function archiveRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.get('/archive', answers('How far the archive of the person is', z.object({ archive: archive.nullable() })), async (c) =>
			c.json({ archive: await archiveOf(realm, (await present(c)).person.id) }),
		)
		.post(
			'/archive',
			answers(
				'Begin an archive; one that failed or waits goes on at once, one that is ready is made anew',
				z.object({ archive }),
				201,
			),
			async (c) => c.json({ archive: await beginArchive(realm, (await proven(c)).person.id, clientOf(c)) }, 201),
		)
		.delete('/archive', answers('Throw the archive away, also while it is made'), async (c) => {
			await removeArchive(realm, (await present(c)).person.id, clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/archive/links',
			answers('A link to the archive, for this session and half a day', z.object({ path: z.string(), until: z.string() }), 201),
			async (c) => c.json(await linkArchive(realm, await proven(c), clientOf(c)), 201),
		)
		.get(
			'/archive/content',
			answers('The archive, or a range of it: a ZIP', z.string()),
			query(z.object({ until: z.coerce.number().int(), mark: z.string().max(100) })),
			async (c) => {
				const presence = await present(c);
				const { file, id, madeAt } = await archiveFile(realm, presence, c.req.valid('query'));
				const etag = `"${id}"`;
				const condition = c.req.header('if-range');
				const range = condition === undefined || condition === etag ? rangeOf(c.req.header('range'), file.size) : null;
				if (range === 'outside')
					throw problem(416, 'range-outside', `The archive has ${file.size} bytes.`, { extra: { bytes: file.size } });
				const { first, last } = range ?? { first: 0, last: file.size - 1 };
				const headers = {
					'content-type': 'application/zip',
					'content-disposition': `attachment; filename="mana-${new Date(madeAt).toISOString().slice(0, 10)}.zip"`,
					'content-length': String(last - first + 1),
					'accept-ranges': 'bytes',
					'cache-control': 'private, no-store',
					'x-content-type-options': 'nosniff',
					etag,
				};
				const bytes = file.slice(first, last + 1).stream();
				return range
					? c.body(bytes, 206, { ...headers, 'content-range': `bytes ${first}-${last}/${file.size}` })
					: c.body(bytes, 200, headers);
			},
		);
}
