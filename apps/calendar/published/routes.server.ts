import { answers, body, callerAddress, guard, params, type ServiceEnv, type VerifyToken } from '@mana/service';
import { limited, rateLimit, spend } from '@mana/service/rate-limit';
import type { SpaceId } from '@mana/sync';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Published, Version } from './published.server.ts';

const id = z.string().min(1).max(128);
const space = id.transform((one) => one as SpaceId);
const place = z.object({ space, calendar: id });
const one = place.extend({ id });
const detail = z.enum(['all', 'busy']);
const card = z.object({
	id: z.string(),
	detail,
	secret: z
		.string()
		.nullable()
		.describe('last part of the address, before `.ics`; `null`: it can be shown no more, and has to be renewed'),
	createdAt: z.number().describe('in ms since 1970'),
});
const making = z.strictObject({ detail, language: z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z\d]{1,8}){0,4}$/) });

export interface PublishedRoutesParts {
	readonly published: Published;
	readonly clock: { now(): number };
	readonly verifyToken: VerifyToken;
}

/** Published calendars for whoever has an address, and the addresses for those who may write in a space. */
export function publishedRoutes({ published, clock, verifyToken }: PublishedRoutesParts) {
	const looks = limited(rateLimit({ burst: 60, refillMs: 1_000, clock }), callerAddress);
	// However many subscribe to one: it is made anew for each of them.
	const onOne = rateLimit({ burst: 120, refillMs: 500, clock });
	const signedIn = guard(verifyToken);
	const own = '/v1/spaces/:space/calendars/:calendar/published';
	return new Hono<ServiceEnv>()
		.get('/v1/published/:file', looks, answers('A calendar as iCalendar, for whoever has its address', z.string()), async (c) => {
			const headers = c.req.header();
			const secret = c.req.param('file').replace(/\.ics$/, '');
			const has = (version: Version) => isHeld(headers, version);
			const { etag, changedAt, text } = await published.read(secret, (key) => spend(onOne, key), has);
			const said = {
				etag,
				'last-modified': new Date(changedAt).toUTCString(),
				// It may be kept, and is asked for again each time: the address may have been revoked.
				'cache-control': 'private, no-cache',
				'referrer-policy': 'no-referrer',
				'x-robots-tag': 'noindex',
			};
			if (text === null) return c.body(null, 304, said);
			return c.body(text, 200, {
				...said,
				'content-type': 'text/calendar; charset=utf-8',
				'content-disposition': 'inline; filename="calendar.ics"',
				'x-content-type-options': 'nosniff',
			});
		})
		.get(
			own,
			signedIn,
			params(place),
			answers('The addresses of a calendar', z.object({ published: z.array(card) })),
			async (c) => c.json({ published: await published.list({ ...c.req.valid('param'), person: c.get('person').id }) }),
		)
		.post(own, signedIn, params(place), body(making), answers('Makes an address', card, 201), async (c) =>
			c.json(await published.add({ ...c.req.valid('param'), person: c.get('person').id }, c.req.valid('json')), 201),
		)
		.post(`${own}/:id/secrets`, signedIn, params(one), answers('Gives it another address; the old one ends', card), async (c) => {
			const { id: which, ...where } = c.req.valid('param');
			return c.json(await published.renew({ ...where, person: c.get('person').id }, which));
		})
		.delete(`${own}/:id`, signedIn, params(one), answers('Revokes an address'), async (c) => {
			const { id: which, ...where } = c.req.valid('param');
			await published.remove({ ...where, person: c.get('person').id }, which);
			return c.body(null, 204);
		});
}

/** Whether a request says that a version is there already (RFC 9110 §13.1): by its tag, else by its time. */
function isHeld(headers: Record<string, string>, { etag, changedAt }: Version): boolean {
	const tags = headers['if-none-match'];
	if (tags !== undefined) return tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
	const since = Date.parse(headers['if-modified-since'] ?? '');
	return since >= changedAt;
}
