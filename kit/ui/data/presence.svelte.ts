import type { Mana } from '@mana/sync/client/api';
import type { Meeting, Other, PresencePlace } from '@mana/sync/client/conversation/presence';
import { members } from '@mana/sync/spaces';
import { onMount } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { live } from './live.svelte.ts';
import { people as known } from './people.svelte.ts';

/** Somebody else who is here right now. */
export interface Present {
	readonly person: string;
	/** As they, or the space, call them; empty for somebody whom its records do not tell yet. */
	readonly name: string;
	/** What each of their devices says. */
	readonly values: readonly string[];
}

/** Who else is in a place of a space right now, as runes. Make it while a component is made: one is there as long as the component is. */
export class Company {
	readonly #mana: Mana;
	readonly #me: () => string;
	readonly #track: () => void;
	readonly #names;
	#others = $state.raw<readonly Other[]>([]);
	#meeting: Meeting | null = null;
	#value = '';

	/** @param me the id of who looks: other devices of the same person are not company */
	constructor(mana: Mana, place: PresencePlace, me: () => string) {
		this.#mana = mana;
		this.#me = me;
		this.#track = createSubscriber((update) => mana.subscribe(update));
		this.#names = live(() => mana.query(members));
		onMount(() => {
			let end = this.#enter(place);
			// A page that is hidden for good says so itself: its connection may be kept for a while by whatever stands in between.
			const leave = () => end();
			const back = ({ persisted }: PageTransitionEvent) => persisted && (end = this.#enter(place));
			addEventListener('pagehide', leave);
			addEventListener('pageshow', back);
			return () => {
				removeEventListener('pagehide', leave);
				removeEventListener('pageshow', back);
				end();
			};
		});
	}

	/** Returns how to leave. */
	#enter(place: PresencePlace): () => void {
		let here = true;
		let stop = () => {};
		this.#mana.presence(place).then(
			(meeting) => {
				if (!here) return meeting.leave();
				this.#meeting = meeting;
				meeting.set(this.#value);
				stop = meeting.subscribe(() => (this.#others = meeting.others));
				this.#others = meeting.others;
			},
			(error: unknown) => console.warn('Who else is here cannot be told:', error),
		);
		return () => {
			here = false;
			stop();
			this.#meeting?.leave();
			this.#meeting = null;
		};
	}

	/** Everybody else, by name. */
	readonly people: readonly Present[] = $derived.by(() => {
		const names = new Map(this.#names.rows.map(({ person, name }) => [person, name]));
		const byPerson = Map.groupBy(
			this.#others.filter(({ person }) => person !== this.#me()),
			({ person }) => person,
		);
		const people = [...byPerson].map(([person, others]) => ({
			person,
			name: known.name(person) ?? names.get(person) ?? '',
			values: others.map(({ value }) => value),
		}));
		return people.sort((a, b) => a.name.localeCompare(b.name));
	});

	/** Whether it can be known at all who else is here. */
	get known(): boolean {
		this.#track();
		return this.#mana.sync.phase === 'live';
	}

	/** Those who say this. */
	at(value: string): readonly Present[] {
		return this.people.filter(({ values }) => values.includes(value));
	}

	/** Says where exactly one is. */
	set(value: string): void {
		this.#value = value;
		this.#meeting?.set(value);
	}
}
