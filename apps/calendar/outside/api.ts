import { m } from '@mana/ui/i18n';
import { ask, auth, AuthProblem } from '@mana/ui/session/auth';
import { problemWords } from '@mana/ui/session/problem-words';
import type { Guest } from '../model.ts';

const door = '/api/calendar-server';

/** What the link of a mail leads to, as calendar-server tells it. Instants are ms since 1970. */
export interface Invitation {
	readonly state: 'open' | 'over' | 'cancelled';
	readonly inviter: string;
	readonly address: string;
	readonly title: string;
	readonly place: string;
	readonly notes: string;
	readonly from: number;
	readonly to: number;
	readonly wholeDay: boolean;
	readonly zone: string | null;
	readonly repeat: string | null;
	readonly answer: Guest['answer'];
	readonly comment: string;
}

/** What people without an account do at calendar-server, by links that name nothing else. @throws AuthProblem */
export const outside = {
	invitation: (token: string) => ask<Invitation>('GET', `/v1/invitations/${encodeURIComponent(token)}`, undefined, { door }),
	answer: (token: string, said: { answer: string; comment: string }) =>
		ask<unknown>('PUT', `/v1/invitations/${encodeURIComponent(token)}/answer`, said, { door }),
};

/** What a person does there with their own. @throws AuthProblem */
export const inside = {
	takeReply: (message: string) => signedIn<{ space: string; event: string; title: string }>('POST', '/v1/replies', { message }),
};

async function signedIn<T>(method: string, path: string, body?: object): Promise<T> {
	const { token } = await auth.token();
	return ask<T>(method, path, body, { door, token });
}

const words: Readonly<Record<string, () => string>> = {
	'invitation-unknown': () => m.calendar_problem_invitation_unknown(),
	'invitation-ended': () => m.calendar_problem_invitation_ended(),
	'reply-unreadable': () => m.calendar_problem_reply_unreadable(),
	'reply-unknown': () => m.calendar_problem_reply_unknown(),
};

/** What calendar-server's refusals are called in the reader's language. */
export function outsideWords(error: unknown): string {
	const own = error instanceof AuthProblem ? words[error.code] : undefined;
	return own?.() ?? problemWords(error);
}
