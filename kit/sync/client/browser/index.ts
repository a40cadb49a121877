import type { Mana } from '../api.ts';
import * as pure from '../open.ts';
import type { Spaces, SpacesOptions } from '../spaces.ts';
import { browserPlatform } from './platform.ts';

export type * from '../api.ts';
export { HistoryUnavailable, Outdated, Stale } from '../api.ts';
export { StorageFailed } from '../disk.ts';
export { SignedOut } from '../link.ts';
export type { Account } from '../open.ts';
export type { Spaces } from '../spaces.ts';
export { browserPlatform };

/** What `openMana` of a page takes; `platform` is the browser unless somebody gives another. */
export type OpenOptions = Omit<pure.OpenOptions, 'platform'> & Partial<Pick<pure.OpenOptions, 'platform'>>;

/**
 * Opens an account's data on this device. Never waits for the network and never fails for want of storage: without it everything goes on
 * in memory, and `sync.durable` says so.
 *
 * @example
 * const mana = await openMana({ account: { person: session.person.id }, models: [tasks, projects] });
 */
export function openMana({ platform = browserPlatform(), ...options }: OpenOptions): Promise<Mana> {
	return pure.openMana({ ...options, platform });
}

/** The spaces that a person shares with others, on this device; `home` is what `openMana` gave for that person. */
export async function openSpaces({
	platform = browserPlatform(),
	...options
}: Omit<SpacesOptions, 'platform'> & Partial<Pick<SpacesOptions, 'platform'>>): Promise<Spaces> {
	const { Spaces } = await import('../spaces.ts');
	return new Spaces({ ...options, platform });
}

/** Gives everything that a guest made on this device to a person, and removes the guest; `openMana({ adopt })` does it for a page. */
export function adoptGuest(person: string): Promise<void> {
	return pure.adoptGuest(person, browserPlatform());
}

/** Removes an account's data from this device, in all tabs. What was not sent is lost: show `mana.outbox()` first, or `exportOutbox`. */
export function forgetAccount(account: pure.Account): Promise<void> {
	return pure.forgetAccount(account, browserPlatform());
}
