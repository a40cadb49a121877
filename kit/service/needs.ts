import { connect } from 'node:net';
import { serviceNamed } from '@mana/schema';
import { z } from 'zod';
import { probe } from './probe.ts';

/** What `/health/needs` answers: every service that the schema says this one needs, asked just now from where this one stands. */
export const needsReport = z.object({
	name: z.string(),
	needs: z.array(
		z.object({
			name: z.string(),
			address: z.string(),
			reached: z.boolean(),
			/** `null` for an engine that does not tell. */
			ready: z.boolean().nullable(),
			reason: z.string().nullable(),
		}),
	),
});
export type NeedsReport = z.infer<typeof needsReport>;

const timeoutMs = 1500;

/**
 * Follows every need of a service once, side by side.
 *
 * @param addressOf where this service would call another
 */
export async function followNeeds(name: string, addressOf: (service: string) => string): Promise<NeedsReport> {
	return { name, needs: await Promise.all(serviceNamed(name).needs.map((need) => follow(need, addressOf(need)))) };
}

async function follow(name: string, address: string): Promise<NeedsReport['needs'][number]> {
	const row = serviceNamed(name);
	if (row.status === 'planned')
		return { name, address, reached: false, ready: false, reason: `${name} is not part of this Mana yet.` };
	if (row.kind !== 'own') return { name, address, ready: null, ...(await reachEngine(row.health, address)) };
	const { health, reason } = await probe(name, address, { timeoutMs });
	return { name, address, reached: health === 'ready' || health === 'not-ready', ready: health === 'ready', reason };
}

/** An engine says how it is at its own path, or only takes a connection. */
async function reachEngine(health: string | null, address: string): Promise<{ reached: boolean; reason: string | null }> {
	try {
		if (health === null) await takesConnection(new URL(address));
		else {
			const answer = await fetch(address + health, { signal: AbortSignal.timeout(timeoutMs) });
			if (!answer.ok) return { reached: false, reason: `${address}${health} answers ${answer.status}.` };
		}
		return { reached: true, reason: null };
	} catch (error) {
		return {
			reached: false,
			reason: `Nothing answers at ${address} (${error instanceof Error ? error.message : String(error)}).`,
		};
	}
}

function takesConnection({ hostname, port }: URL): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port), timeout: timeoutMs });
		socket.once('connect', () => {
			socket.destroy();
			resolve();
		});
		socket.once('timeout', () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
		socket.once('error', reject);
	});
}
