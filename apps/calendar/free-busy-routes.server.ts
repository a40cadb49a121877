import { answers, body, guard, type Memberships, problem, type ServiceEnv, type VerifyToken } from '@mana/service';
import { rateLimit, spend } from '@mana/service/rate-limit';
import type { People } from '@mana/service/people';
import { Hono } from 'hono';
import { z } from 'zod';
import { busyOf, type BusyParts } from './dav/busy.server.ts';
import type { CalendarUsers } from './users.server.ts';

/** So many people are asked about at once, for so long a time. */
const [MOST_ASKED, LONGEST_MS] = [50, 62 * 86_400_000];
/** Whoever looks for a time turns pages: a person at work is far below this. */
const LIMIT = { burst: 30, refillMs: 2_000 } as const;

const moment = z.number().int().min(0).max(253_402_300_800_000);
const question = z
	.object({
		addresses: z.array(z.string().min(3).max(320)).min(1).max(MOST_ASKED),
		from: moment.describe('ms since 1970'),
		to: moment.describe('ms since 1970, at most 62 days later'),
		except: z.string().max(255).default('').describe('UID of an event that takes no time: the one that a time is looked for'),
	})
	.refine(({ from, to }) => to > from && to - from <= LONGEST_MS, { path: ['to'], message: 'Ask for 62 days at most.' });
const answer = z.object({
	people: z.array(
		z.object({
			address: z.string(),
			busy: z
				.array(z.object({ from: z.number(), to: z.number(), tentative: z.boolean() }))
				.nullable()
				.describe('null: nobody of this Mana'),
			zone: z.string().nullable().describe('on whose clocks they live (IANA), of those one shares a space with'),
		}),
	),
});

export interface FreeBusyRoutesParts extends BusyParts {
	readonly memberships: Pick<Memberships, 'personalSpace' | 'meet'>;
	readonly users: Pick<CalendarUsers, 'byAddress'>;
	readonly people: Pick<People, 'zoneOf'>;
	readonly clock: { now(): number };
	readonly verifyToken: VerifyToken;
}

/** When people are busy, for whoever knows their address (as RFC 6638 §5 has it by CalDAV): that they are, and not with what. */
export function freeBusyRoutes({ verifyToken, ...parts }: FreeBusyRoutesParts) {
	const limit = rateLimit({ ...LIMIT, clock: parts.clock });
	return new Hono<ServiceEnv>().post(
		'/v1/free-busy',
		guard(verifyToken),
		body(question),
		answers('When people are busy', answer),
		async (c) => {
			const { addresses, from, to, except } = c.req.valid('json');
			const me = c.get('person');
			if (me.role === 'guest') throw problem(403, 'role-missing', 'Guests of this Mana do not plan with others.');
			spend(limit, me.id);
			const people = await parts.users.byAddress(addresses);
			const told = await Promise.all(
				addresses.map(async (address) => {
					const person = people.get(address.toLowerCase());
					if (!person) return { address, busy: null, zone: null };
					const busy = (await busyOf(parts, person, { from, to }, except)).map((one) => ({
						from: one.from,
						to: one.to,
						tentative: one.kind === 'BUSY-TENTATIVE',
					}));
					const near = person.id === me.id || parts.memberships.meet(me.id, person.id);
					return { address, busy, zone: near ? await parts.people.zoneOf(person.id) : null };
				}),
			);
			return c.json({ people: told });
		},
	);
}
