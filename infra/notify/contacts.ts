import { call, Problem, type ServiceIdentity } from '@mana/service';
import { z } from 'zod';

const contact = z.object({ address: z.string(), verified: z.boolean(), name: z.string(), language: z.string() });

/** Where and how a person of this Mana is written to. */
export type Contact = z.output<typeof contact>;

/** @returns `null` when there is no such person (any more). @throws Problem 503 when mana-auth is away */
export type FindContact = (person: string, signal: AbortSignal) => Promise<Contact | null>;

/** Asks mana-auth each time: addresses change, and people leave. */
export function contactsAt(address: string, identity: ServiceIdentity): FindContact {
	const send = call();
	return async (person, signal) => {
		try {
			const response = await send(`${address}/contacts/${encodeURIComponent(person)}`, {
				headers: { authorization: `Bearer ${await identity.token('mana-auth')}` },
				signal,
			});
			return contact.parse(await response.json());
		} catch (error) {
			if (error instanceof Problem && error.code === 'person-unknown') return null;
			throw error;
		}
	};
}
