import type { SpaceId } from '@mana/sync';
import { ask, auth, AuthProblem } from '@mana/ui/session/auth';
import { problemWords } from '@mana/ui/session/problem-words';
import { m } from '@mana/ui/i18n';
import type { Detail } from './told-events.ts';

const door = '/api/calendar-server';

/** An address of a calendar, as those see it who may write there. */
export interface PublishedAddress {
	readonly id: string;
	readonly detail: Detail;
	/** Last part of the address, without `.ics`; `null`: it can be shown no more. */
	readonly secret: string | null;
	/** ms since 1970. */
	readonly createdAt: number;
}

/** The addresses under which a calendar can be read without an account. @throws AuthProblem */
export function publishedApi(space: SpaceId, calendar: string) {
	const path = `/v1/spaces/${encodeURIComponent(space)}/calendars/${encodeURIComponent(calendar)}/published`;
	return {
		list: () => signedIn<{ published: readonly PublishedAddress[] }>('GET', path),
		add: (detail: Detail, language: string) => signedIn<PublishedAddress>('POST', path, { detail, language }),
		renew: (id: string) => signedIn<PublishedAddress>('POST', `${path}/${encodeURIComponent(id)}/secrets`),
		revoke: (id: string) => signedIn<unknown>('DELETE', `${path}/${encodeURIComponent(id)}`),
	};
}

/** What one hands on. @param origin of this Mana */
export function linkOf(origin: string, secret: string): string {
	return `${origin}${door}/v1/published/${secret}.ics`;
}

/** What calendar-server's refusals are called in the reader's language. */
export function publishedWords(error: unknown): string {
	const own: Readonly<Record<string, () => string>> = {
		'too-many-published': m.calendar_problem_published_many,
		'unknown-published': m.calendar_problem_published_gone,
		'unknown-space': m.calendar_problem_published_early,
		'unknown-calendar': m.calendar_problem_published_early,
	};
	return (error instanceof AuthProblem ? own[error.code] : undefined)?.() ?? problemWords(error);
}

async function signedIn<T>(method: string, path: string, body?: object): Promise<T> {
	const { token } = await auth.token();
	return ask<T>(method, path, body, { door, token });
}
