import { z } from 'zod';

/**
 * - `ready`: it is the service, and can do its work.
 * - `not-ready`: it is the service, and cannot.
 * - `silent`: nothing answers.
 * - `stranger`: something else answers there.
 */
export type Health = 'ready' | 'not-ready' | 'silent' | 'stranger';

/** What a service said of itself just now. */
export interface Probe {
	readonly health: Health;
	readonly version: string | null;
	/** When it began, in milliseconds since 1970. */
	readonly startedAt: number | null;
	readonly pid: number | null;
	/** Why it is not ready, in a sentence; `null` where it is. */
	readonly reason: string | null;
}

export interface ProbeOptions {
	/** How long each of the two questions may take, in milliseconds. */
	readonly timeoutMs?: number;
	readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** What `/health/live` answers on every service and door of ours. */
export const live = z.object({
	status: z.literal('ok'),
	name: z.string(),
	version: z.string(),
	startedAt: z.number().int().describe('milliseconds since 1970'),
	pid: z.number().int().optional().describe('only for programs of this machine or its network, not through the hub'),
	copy: z.string().optional().describe('which copy of Mana this is; told to this machine only'),
});

/**
 * Asks a service of ours how it is.
 *
 * @param name what should answer there
 * @param address its origin
 */
export async function probe(
	name: string,
	address: string,
	{ timeoutMs = 1500, fetch: ask = fetch }: ProbeOptions = {},
): Promise<Probe> {
	const get = (path: string) => ask(`${address}${path}`, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
	const unknown = { version: null, startedAt: null, pid: null };
	let said: z.infer<typeof live>;
	try {
		const answer = await get('/health/live');
		const read = live.safeParse(await answer.json().catch(() => null));
		if (!read.success)
			return { ...unknown, health: 'stranger', reason: `Something that is no service of Mana answers at ${address}.` };
		said = read.data;
	} catch (error) {
		return { ...unknown, health: 'silent', reason: silence(error, address, timeoutMs) };
	}
	const known = { version: said.version, startedAt: said.startedAt, pid: said.pid ?? null };
	if (said.name !== name) return { ...known, health: 'stranger', reason: `${said.name} answers at ${address}.` };
	try {
		const answer = await get('/health/ready');
		if (answer.ok) return { ...known, health: 'ready', reason: null };
		return {
			...known,
			health: 'not-ready',
			reason: (await detailOf(answer)) ?? `It answers ${answer.status} when asked if it is ready.`,
		};
	} catch (error) {
		return { ...known, health: 'not-ready', reason: silence(error, address, timeoutMs) };
	}
}

function silence(error: unknown, address: string, timeoutMs: number): string {
	const late = error instanceof Error && error.name === 'TimeoutError';
	return late ? `${address} did not answer within ${timeoutMs / 1000} s.` : `Nothing answers at ${address}.`;
}

async function detailOf(answer: Response): Promise<string | null> {
	const body = z.object({ detail: z.string() }).safeParse(await answer.json().catch(() => null));
	return body.success ? body.data.detail : null;
}
