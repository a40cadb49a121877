import type { BlobReference } from '@mana/model';
import { problem, type Memberships } from '@mana/service';
import { type PersonRecords, readPeople, type UserStore } from './store.ts';

/** What the people who share a space with somebody may know of them. */
export interface PublicProfile {
	readonly id: string;
	/** Empty: they never opened Mana since they joined, so that only the spaces they are in know what they are called. */
	readonly name: string;
	readonly pronouns: string;
	readonly about: string;
	/** Names the bytes at `/v1/people/:id/picture`; `null`: no picture. */
	readonly picture: string | null;
}

/** What services need to treat somebody as they want. Empty: not chosen, so the service's own default holds. */
export interface ServicePreferences {
	readonly name: string;
	/** BCP 47 */
	readonly language: string;
	/** ISO 3166-1 */
	readonly region: string;
	/** IANA name */
	readonly timeZone: string;
	readonly weekStart: string;
	readonly hours: string;
	readonly units: string;
	/** `HH:MM` on the person's clock; `null`: nothing is quiet. */
	readonly quiet: { readonly from: string; readonly until: string } | null;
}

export interface PeopleParts {
	readonly store: UserStore;
	readonly memberships: Pick<Memberships, 'current' | 'meet' | 'personalSpace'>;
}

/** Answers who somebody is, to whom that is open. */
export class People {
	readonly #parts: PeopleParts;

	constructor(parts: PeopleParts) {
		this.#parts = parts;
	}

	/** Those of some people whom one may know: oneself, and who is in a space with one. The others are left out. @throws Problem 503 */
	async seenBy(viewer: string, people: readonly string[]): Promise<PublicProfile[]> {
		this.#mustKnow();
		const seen = [...new Set(people)].filter((person) => person === viewer || this.#parts.memberships.meet(viewer, person));
		const found = await this.#recordsOf(seen);
		return seen.map((person) => profileOf(person, found.get(person)));
	}

	/** Where a person's picture lies, for who may see it. @throws Problem 404, 503 */
	async pictureFor(viewer: string, person: string): Promise<{ readonly space: string; readonly picture: BlobReference }> {
		const [seen] = await this.seenBy(viewer, [person]);
		if (!seen) throw unknown();
		const space = this.#parts.memberships.personalSpace(person);
		const picture = (await this.#recordsOf([person])).get(person)?.profile?.picture ?? null;
		if (space === null || picture === null) throw problem(404, 'no-picture', 'This person has no picture.');
		return { space, picture };
	}

	/** @throws Problem 404 when there is no such person, 503 when it cannot be said now */
	async preferencesOf(person: string): Promise<ServicePreferences> {
		this.#mustKnow();
		if (this.#parts.memberships.personalSpace(person) === null) throw unknown();
		return preferencesOf((await this.#recordsOf([person])).get(person));
	}

	/** Who is in which space is mana-sync's to say: without its word nobody is shown to anybody. */
	#mustKnow(): void {
		if (!this.#parts.memberships.current)
			throw problem(503, 'spaces-unknown', 'mana-sync is not heard, so nobody knows who may see whom. Try again in a moment.', {
				retryAfterMs: 2000,
			});
	}

	async #recordsOf(people: readonly string[]): Promise<Map<string, PersonRecords>> {
		const { store, memberships } = this.#parts;
		const spaces = new Map(
			people.flatMap((person) => {
				const space = memberships.personalSpace(person);
				return space === null ? [] : [[space, person] as const];
			}),
		);
		const records = await readPeople(store.db, [...spaces.keys()]);
		return new Map([...records].map(([space, found]) => [spaces.get(space)!, found]));
	}
}

export function unknown() {
	return problem(404, 'unknown-person', 'There is no such person, or you are in no space with them.');
}

function profileOf(id: string, { profile }: PersonRecords = {}): PublicProfile {
	const { name = '', pronouns = '', about = '', picture = null } = profile ?? {};
	return { id, name, pronouns, about, picture: picture?.hash ?? null };
}

function preferencesOf({ profile, preferences }: PersonRecords = {}): ServicePreferences {
	const {
		language = '',
		region = '',
		timeZone = '',
		weekStart = 'region',
		hours = 'region',
		units = 'region',
	} = preferences ?? {};
	const { quietFrom = null, quietUntil = null } = preferences ?? {};
	return {
		name: profile?.name ?? '',
		language,
		region,
		timeZone,
		weekStart,
		hours,
		units,
		quiet: quietFrom !== null && quietUntil !== null ? { from: quietFrom, until: quietUntil } : null,
	};
}
