import type { Guest, Reminding } from './model.ts';

const MINUTE_MS = 60_000;

/** Whom something that takes place in a shared space concerns. */
export interface Concern {
	/** Id of the person who made it; `null`: nobody knows. */
	readonly maker: string | null;
	/** Calendar address of whoever invites; `null`: nobody is invited. */
	readonly organizer: string | null;
	readonly guests: readonly Pick<Guest, 'address' | 'person' | 'answer'>[];
}

/** Of which events of a space somebody wants to hear, and since when (ms since 1970). */
export interface Choice {
	readonly of: Reminding['of'];
	readonly since: number;
}

/** Everybody by whose address it can be found whom something concerns, in small letters. */
export function addressesIn({ organizer, guests }: Concern): string[] {
	return [organizer, ...guests.map(({ address }) => address)].flatMap((one) => (one ? [one.toLowerCase()] : []));
}

/**
 * Who is reminded of something in a shared space: whoever made it or invites, and who is invited, as long as they want to hear of anything
 * there, and who wants to hear of everything there. Nobody who declined, or sends somebody else.
 *
 * @param people those of this Mana by their addresses, in small letters
 * @param choices by person; who chose nothing hears of what concerns them
 */
export function whomToRemind(
	{ maker, organizer, guests }: Concern,
	people: ReadonlyMap<string, { readonly id: string }>,
	choices: ReadonlyMap<string, Choice>,
): Set<string> {
	const whose = (address: string): string | undefined => people.get(address.toLowerCase())?.id;
	const invited = guests.flatMap(({ address, person, answer }) => {
		const id = whose(address) ?? person;
		return id === null ? [] : [{ id, away: answer === 'declined' || answer === 'delegated' }];
	});
	const away = new Set(invited.filter((one) => one.away).map(({ id }) => id));
	const host = organizer === null ? undefined : whose(organizer);
	const concerned = [maker, host, ...invited.map(({ id }) => id)].filter((id) => typeof id === 'string');
	const eager = [...choices].filter(([, { of }]) => of === 'all').map(([id]) => id);
	return new Set([...concerned, ...eager].filter((id) => !away.has(id) && choices.get(id)?.of !== 'none'));
}

/** Whether a choice came too late for what goes off at a moment: what was not told before somebody chose to hear of it is not made up for. */
export function cameLate(choice: Choice | undefined, at: number): boolean {
	return choice !== undefined && at < choice.since - (choice.since % MINUTE_MS);
}
