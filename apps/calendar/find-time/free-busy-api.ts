import { ask, auth } from '@mana/ui/session/auth';

/** When somebody is busy, as calendar-server tells. */
export interface BusyPerson {
	readonly address: string;
	/** ms since 1970; `null`: nobody of this Mana. */
	readonly busy: readonly { readonly from: number; readonly to: number; readonly tentative: boolean }[] | null;
	/** IANA; `null`: theirs alone to know. */
	readonly zone: string | null;
}

/** @param except UID of an event that takes no time @throws AuthProblem */
export async function freeBusy(
	addresses: readonly string[],
	from: number,
	to: number,
	except: string,
): Promise<readonly BusyPerson[]> {
	const { token } = await auth.token();
	const door = '/api/calendar-server';
	const body = { addresses, from, to, except };
	return (await ask<{ people: readonly BusyPerson[] }>('POST', '/v1/free-busy', body, { door, token })).people;
}
