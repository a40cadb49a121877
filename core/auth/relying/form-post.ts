import { record, text } from './kinds.ts';

/** What of an answer is passed on; anything else a page could have put there. */
const members = ['code', 'state', 'iss', 'error', 'error_description'] as const;

/**
 * The answer that a provider's page sent as a form (OAuth 2.0 Form Post Response Mode), as one that came in the address. It comes from
 * another origin, so without cookies, and is believed of nobody: it is only said again in a GET, which the browser then makes with them.
 *
 * Apple adds who it is (`user`) the first time only; the name in it is what the person may call themselves anyway. The address there is
 * left out: the one in the id token is signed.
 */
export function answerIn(form: URLSearchParams): URLSearchParams {
	const answer = new URLSearchParams();
	// All of each: what stands there twice is judged, and refused, by who reads it.
	for (const member of members) for (const value of form.getAll(member)) answer.append(member, value);
	const name = nameIn(form.get('user') ?? '');
	if (name !== null) answer.set('name', name);
	return answer;
}

function nameIn(user: string): string | null {
	const name = record(record(parsed(user))['name']);
	const parts = [name['firstName'], name['lastName']].map(text).filter((part) => part !== null);
	return parts.length === 0 ? null : [...parts.join(' ')].slice(0, 80).join('');
}

/** What is no JSON says nothing. */
function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
