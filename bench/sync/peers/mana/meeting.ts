import type { Mana } from '@mana/sync/client/api';
import { now, until } from '../../actor/clock.mjs';

interface State {
	readonly clients: readonly { readonly mana: Mana }[];
}

const place = { app: 0, channel: 'bench' };
const heard = new Map<string, number>();

/** What is said in a channel of presence, where no commit is in the way. Moments are in ms of `now()`. */
export const meeting = {
	/** Joins, and notes when each value is heard. */
	async meet({ clients: [client] }: State): Promise<void> {
		const meeting = await client!.mana.presence(place);
		meeting.set('here');
		meeting.subscribe(() => {
			for (const { value } of meeting.others) if (!heard.has(value)) heard.set(value, now());
		});
	},

	/** Waits until everybody of `others` has said something. */
	async met({ clients: [client] }: State, { others }: { readonly others: number }): Promise<void> {
		const meeting = await client!.mana.presence(place);
		while (meeting.others.length < others) await new Promise((resolve) => setTimeout(resolve, 1));
	},

	/** Open loop: says the numbers from `first` on. @returns the moments that were meant */
	async say({ clients: [client] }: State, { first, count, everyMs }: Said): Promise<number[]> {
		const meeting = await client!.mana.presence(place);
		const start = now() + 100;
		const meant: number[] = [];
		for (let i = 0; i < count; i++) {
			const at = start + i * everyMs;
			await until(at);
			meant.push(at);
			meeting.set(String(first + i));
		}
		return meant;
	},

	/** When each of these numbers was heard, once the last one was. One that another replaced before it was told is missing. */
	async heard(_state: State, { first, count }: Said): Promise<(number | null)[]> {
		while (!heard.has(String(first + count - 1))) await new Promise((resolve) => setTimeout(resolve, 1));
		return Array.from({ length: count }, (_, i) => heard.get(String(first + i)) ?? null);
	},
};

export interface Said {
	readonly first: number;
	readonly count: number;
	readonly everyMs: number;
}
