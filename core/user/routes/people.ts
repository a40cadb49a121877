import { answers, guard, params, query, type ServiceEnv, type VerifyToken } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { type People, unknown } from '../people.ts';
import type { ReadPicture } from '../pictures.ts';

/** So many people are asked for at once. */
const MOST = 100;

const id = z.string().min(1).max(128);
const profile = z.object({
	id: z.string(),
	name: z.string(),
	pronouns: z.string(),
	about: z.string(),
	picture: z.string().nullable(),
});

export interface PeopleRoutesParts {
	readonly people: People;
	readonly readPicture: ReadPicture;
	readonly verifyToken: VerifyToken;
}

/** Who the people are that one shares spaces with. */
export function peopleRoutes({ people, readPicture, verifyToken }: PeopleRoutesParts) {
	const signedIn = guard(verifyToken);
	return new Hono<ServiceEnv>()
		.get(
			'/v1/people',
			signedIn,
			query(
				z.object({
					ids: z
						.string()
						.transform((text) => text.split(','))
						.pipe(z.array(id).max(MOST, `At most ${MOST} people at once.`)),
				}),
			),
			answers('Those of some people whom one may know', z.object({ people: z.array(profile) })),
			async (c) => c.json({ people: await people.seenBy(c.get('person').id, c.req.valid('query').ids) }),
		)
		.get(
			'/v1/people/:id',
			signedIn,
			params(z.object({ id })),
			answers('Somebody with whom one shares a space', profile),
			async (c) => {
				const [found] = await people.seenBy(c.get('person').id, [c.req.valid('param').id]);
				if (!found) throw unknown();
				return c.json(found);
			},
		)
		.get(
			'/v1/people/:id/picture',
			signedIn,
			params(z.object({ id })),
			answers('The picture of somebody with whom one shares a space', z.string()),
			async (c) => {
				const { space, picture } = await people.pictureFor(c.get('person').id, c.req.valid('param').id);
				const etag = `"${picture.hash}"`;
				// It may be kept, and is asked for again each time: the right to see it may have ended.
				const headers = { etag, 'cache-control': 'private, no-cache', vary: 'Authorization' };
				if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
				const { bytes, type } = await readPicture(space, picture);
				return c.body(bytes, 200, {
					...headers,
					'content-type': type,
					'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
					'x-content-type-options': 'nosniff',
				});
			},
		);
}
