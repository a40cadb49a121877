import { problem, type VerifyToken } from '@mana/service';
import { serviceActor } from '@mana/sync';

/** A token of a person in which the service stands as the one who acts (RFC 8693 §4.1). */
export const PERSON_HEADER = 'x-mana-person-token';

/**
 * Who lets the service act for them: they are the one who writes, with their role; `null` where nobody does.
 *
 * @throws Problem 401, 403
 */
export async function actingFor(verifyToken: VerifyToken, service: string, token: string | undefined): Promise<string | null> {
	if (token === undefined) return null;
	const person = await verifyToken(token);
	if (person.actor === serviceActor(service)) return person.id;
	throw problem(403, 'not-acting', `This token is not for ${service} to act with.`);
}
