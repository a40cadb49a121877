import { type call, problem, type ServiceIdentity } from '@mana/service';

/** How other services are reached. */
export interface Neighbours {
	readonly identity: ServiceIdentity;
	readonly addressOf: (service: string) => string;
	readonly fetch: ReturnType<typeof call>;
}

/**
 * Asks a service something about a person.
 *
 * @param what the rest of the address: `spaces`, `export`, `erase`, `archive/…`
 * @param body what is sent; without one it is only looked
 * @param signal ends the question, and the answer
 * @throws Problem what it answered, or 503 when it does not
 */
export async function askAbout(
	{ identity, addressOf, fetch }: Neighbours,
	service: string,
	person: string,
	what: string,
	body?: object,
	signal?: AbortSignal,
): Promise<Response> {
	const authorization = `Bearer ${await identity.token(service)}`;
	const post = { method: 'POST', body: JSON.stringify(body) };
	const response = await fetch(`${addressOf(service)}/v1/persons/${encodeURIComponent(person)}/${what}`, {
		headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
		...(body !== undefined && post),
		...(signal && { signal }),
	});
	if (!response.ok) throw problem(503, 'service-failed', `${service} answered ${response.status}.`);
	return response;
}
