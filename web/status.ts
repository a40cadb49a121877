import type { ServiceRow } from '@mana/schema';
import {
	answers,
	guard,
	type Person,
	probe,
	type Probe,
	problem,
	type ServiceEnv,
	type VerifyToken,
	version,
} from '@mana/service';
import type { Hono } from 'hono';
import { z } from 'zod';

/** What the hub says of the whole, at `/api/mana-web/status`; `docs/status.md` says what each field means. */
export const statusReport = z.object({
	at: z.iso.datetime(),
	version: z.string(),
	/** Whether the parts for owner and admin are in it. */
	details: z.boolean(),
	services: z.array(
		z.object({
			name: z.string(),
			range: z.string(),
			health: z.enum(['ready', 'not-ready', 'silent', 'stranger']),
			version: z.string().nullable(),
			since: z.iso.datetime().nullable(),
			host: z.string().optional(),
			port: z.number().int().optional(),
			pid: z.number().int().nullable().optional(),
			reason: z.string().nullable().optional(),
		}),
	),
});
export type StatusReport = z.infer<typeof statusReport>;
type ServiceStatus = StatusReport['services'][number];

export interface StatusOptions {
	/** The rows that run. */
	readonly rows: readonly ServiceRow[];
	readonly addressOf: (service: string) => string;
	readonly verifyToken: VerifyToken;
	readonly clock: { now(): number };
	/** `fetch` by default. */
	readonly ask?: (url: string, init: RequestInit) => Promise<Response>;
}

/** However many look, everything is asked once in this time, in milliseconds. */
const freshMs = 2000;
const standingMs = 1500;

/**
 * The live map of the services, asked by the hub: a browser reaches none of them. Everybody who is signed in sees what runs; where, as which
 * process and why not is for the owner and admins.
 */
export function addStatus(app: Hono<ServiceEnv>, { rows, addressOf, verifyToken, clock, ask = fetch }: StatusOptions): void {
	let last: { readonly at: number; readonly services: Promise<ServiceStatus[]> } | null = null;
	const look = () => {
		const now = clock.now();
		if (last === null || now - last.at >= freshMs || now < last.at)
			last = { at: now, services: Promise.all(rows.map(async (row) => statusOf(row, addressOf(row.name), ask))) };
		return last;
	};
	app.get(
		'/api/mana-web/status',
		guard(verifyToken),
		answers('What of this Mana runs, and how it is', statusReport),
		async (c) => {
			const role = await roleNow(c.get('person'), c.req.header('authorization') ?? '', addressOf('mana-auth'), ask);
			const details = role === 'owner' || role === 'admin';
			const { at, services } = look();
			const report: StatusReport = {
				at: new Date(at).toISOString(),
				version,
				details,
				services: (await services).map((service) => (details ? service : withoutDetails(service))),
			};
			return c.json(report);
		},
	);
}

async function statusOf(row: ServiceRow, address: string, ask: StatusOptions['ask']): Promise<ServiceStatus> {
	const said: Probe = await probe(row.name, address, ask ? { fetch: ask } : {});
	const { hostname, port, protocol } = new URL(address);
	return {
		name: row.name,
		range: row.range,
		health: said.health,
		version: said.version,
		since: said.startedAt === null ? null : new Date(said.startedAt).toISOString(),
		host: hostname.replaceAll(/[[\]]/g, ''),
		port: Number(port || (protocol === 'https:' ? 443 : 80)),
		pid: said.pid,
		reason: said.reason,
	};
}

function withoutDetails({ name, range, health, version, since }: ServiceStatus): ServiceStatus {
	return { name, range, health, version, since };
}

/**
 * What the person is now. A token is good for minutes after its session has ended, so mana-auth is asked. While it does not answer, the
 * token counts: it is then that the owner needs the reasons.
 *
 * @throws Problem 401 when the session has ended
 */
async function roleNow(
	person: Person,
	authorization: string,
	auth: string,
	ask: (url: string, init: RequestInit) => Promise<Response>,
): Promise<Person['role']> {
	let answer: Response;
	try {
		answer = await ask(`${auth}/standing`, { headers: { authorization }, signal: AbortSignal.timeout(standingMs) });
	} catch (error) {
		if (error instanceof Error) return person.role;
		throw error;
	}
	if (answer.status === 401)
		throw problem(401, 'session-expired', 'This session has ended. Sign in again; what is on this device stays.');
	const read = z
		.object({ person: z.object({ role: z.enum(['owner', 'admin', 'member', 'guest']) }) })
		.safeParse(await answer.json().catch(() => null));
	return answer.ok && read.success ? read.data.person.role : person.role;
}
