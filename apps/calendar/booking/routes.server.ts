import { answers, body, guard, query, type ServiceEnv, type VerifyToken } from '@mana/service';
import { limited, rateLimit, spend } from '@mana/service/rate-limit';
import { Hono } from 'hono';
import { z } from 'zod';
import { book, bookingAt, type BookingParts, endBooking, moveBooking, publicPage, slotsFor, slotsOf } from './bookings.server.ts';
import { addPage, changePage, ownPages, removePage } from './pages.server.ts';
import { bookingRequest, bookingSettings } from './settings.server.ts';

const instant = z.coerce.number().int().min(0).max(8_640_000_000_000_000);
const page = bookingSettings
	.pick({ title: true, text: true, place: true, lengths: true, questions: true, zone: true, horizon: true })
	.extend({
		state: z.enum(['open', 'off', 'over']),
		person: z.string(),
	});
const booking = z.object({
	state: z.enum(['booked', 'off', 'over']),
	from: z.number(),
	to: z.number(),
	title: z.string(),
	person: z.string(),
	place: z.string(),
	length: z.number(),
	page: z.string().nullable(),
	horizon: z.number(),
});
const slots = z.object({ slots: z.array(z.number()) });
const own = bookingSettings.extend({ id: z.string() });

/** Pages on which people can be booked: for visitors without an account, and for whose they are. */
export function bookingRoutes(parts: BookingParts, verifyToken: VerifyToken) {
	const { clock } = parts;
	const looks = limited(rateLimit({ burst: 120, refillMs: 500, clock }));
	const writes = limited(rateLimit({ burst: 10, refillMs: 30_000, clock }));
	// Nobody is written to because strangers give their address, and no calendar is filled up.
	const [toAddress, onPage] = [
		rateLimit({ burst: 3, refillMs: 1_800_000, clock }),
		rateLimit({ burst: 20, refillMs: 120_000, clock }),
	];
	const signedIn = guard(verifyToken);
	return new Hono<ServiceEnv>()
		.get('/v1/booking-pages/:name', looks, answers('A page on which somebody can be booked', page), async (c) =>
			c.json(await publicPage(parts, c.req.param('name'))),
		)
		.get(
			'/v1/booking-pages/:name/slots',
			looks,
			query(z.object({ from: instant, to: instant, length: z.coerce.number().int() })),
			answers('Times that can be booked, in ms since 1970', slots),
			async (c) => c.json({ slots: await slotsOf(parts, c.req.param('name'), c.req.valid('query')) }),
		)
		.post('/v1/booking-pages/:name/bookings', writes, body(bookingRequest), answers('Books a time', null, 204), async (c) => {
			const request = c.req.valid('json');
			await publicPage(parts, c.req.param('name'));
			spend(onPage, c.req.param('name'));
			spend(toAddress, request.email.toLowerCase());
			await book(parts, c.req.param('name'), request);
			return c.body(null, 204);
		})
		.get('/v1/bookings/:token', looks, answers('What was booked; looking changes nothing', booking), async (c) =>
			c.json(await bookingAt(parts, c.req.param('token'))),
		)
		.get(
			'/v1/bookings/:token/slots',
			looks,
			query(z.object({ from: instant, to: instant })),
			answers('Times to which it can be moved, in ms since 1970', slots),
			async (c) => c.json({ slots: await slotsFor(parts, c.req.param('token'), c.req.valid('query')) }),
		)
		.put(
			'/v1/bookings/:token/time',
			writes,
			body(z.strictObject({ from: instant })),
			answers('Moves it', null, 204),
			async (c) => {
				await moveBooking(parts, c.req.param('token'), c.req.valid('json').from);
				return c.body(null, 204);
			},
		)
		.delete('/v1/bookings/:token', writes, answers('Calls it off', null, 204), async (c) => {
			await endBooking(parts, c.req.param('token'));
			return c.body(null, 204);
		})
		.get('/v1/own/booking-pages', signedIn, answers('Your pages', z.object({ pages: z.array(own) })), async (c) =>
			c.json({ pages: await ownPages(parts, c.get('person').id) }),
		)
		.post('/v1/own/booking-pages', signedIn, body(bookingSettings), answers('Makes a page', own, 201), async (c) =>
			c.json(await addPage(parts, c.get('person').id, c.req.valid('json')), 201),
		)
		.put('/v1/own/booking-pages/:id', signedIn, body(bookingSettings), answers('Changes a page', own), async (c) =>
			c.json(await changePage(parts, c.get('person').id, c.req.param('id'), c.req.valid('json'))),
		)
		.delete('/v1/own/booking-pages/:id', signedIn, answers('Removes a page'), async (c) => {
			await removePage(parts, c.get('person').id, c.req.param('id'));
			return c.body(null, 204);
		});
}
