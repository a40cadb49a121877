import { ask, auth } from './auth.ts';

/** Somebody with whom one shares a space, as they call themselves. */
export interface PublicProfile {
	readonly id: string;
	/** Empty: not known to mana-user yet. */
	readonly name: string;
	readonly pronouns: string;
	readonly about: string;
	/** Hash of their picture; `null`: none. */
	readonly picture: string | null;
}

/** Longest wait for a picture, in ms. */
const PATIENCE_MS = 10_000;

/** The browser's side of mana-user. */
export const peopleApi = {
	/** Those of some people whom one may know. @throws AuthProblem */
	async lookUp(ids: readonly string[]): Promise<readonly PublicProfile[]> {
		const { token } = await auth.token();
		const path = `/v1/people?ids=${ids.map(encodeURIComponent).join(',')}`;
		return (await ask<{ people: readonly PublicProfile[] }>('GET', path, undefined, { door: '/api/mana-user', token })).people;
	},

	/** The picture of somebody; `null`: it cannot be shown now. @throws AuthProblem, or what `fetch` does without a network */
	async picture(id: string): Promise<Blob | null> {
		const { token } = await auth.token();
		const answer = await fetch(`/api/mana-user/v1/people/${encodeURIComponent(id)}/picture`, {
			headers: { authorization: `Bearer ${token}` },
			signal: AbortSignal.timeout(PATIENCE_MS),
		});
		return answer.ok ? answer.blob() : null;
	},
};
