import { type call, problem, type ServiceIdentity } from '@mana/service';

/** How other services are reached. */
export interface Neighbours {
	readonly identity: ServiceIdentity;
	readonly addressOf: (service: string) => string;
	readonly fetch: ReturnType<typeof call>;
}

/** Asks a service something about a person. @throws Problem what it answered, or 503 when it does not */
export async function askAbout(
	{ identity, addressOf, fetch }: Neighbours,
	service: string,
	person: string,
	what: 'spaces' | 'export' | 'erase',
	body?: object,
): Promise<Response> {
	const authorization = `Bearer ${await identity.token(service)}`;
	const post = { method: 'POST', body: JSON.stringify(body) };
	const response = await fetch(`${addressOf(service)}/v1/persons/${encodeURIComponent(person)}/${what}`, {
		headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
		...(body !== undefined && post),
	});
	if (!response.ok) throw problem(503, 'service-failed', `${service} answered ${response.status}.`);
	return response;
}
