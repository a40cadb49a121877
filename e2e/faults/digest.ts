import type { View } from './checks.ts';

/** One text for each state: equal if and only if the states are. */
export function digestOf({ tops, marks }: View): string {
	const lines = marks.map(({ writer, count, value, keys }) => `${writer} ${count} ${value} ${keys.join()}`).sort();
	return new Bun.CryptoHasher('sha256').update(`${tops.join()}\n${lines.join('\n')}`).digest('hex');
}
