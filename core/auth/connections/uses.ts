/** What an account elsewhere can be connected for: each use is granted by itself, and its tokens go to one service alone. */
export const uses = {
	calendar: { service: 'calendar-server' },
	contacts: { service: 'contacts-server' },
} as const satisfies Readonly<Record<string, { readonly service: string }>>;

export type Use = keyof typeof uses;
export const useNames = Object.keys(uses) as [Use, ...Use[]];

/** What a service may have tokens for; `null`: nothing. */
export function useOf(service: string): Use | null {
	return useNames.find((use) => uses[use].service === service) ?? null;
}
