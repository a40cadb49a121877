import { models } from '@mana/schema/registry/models';
import type { Mana } from '@mana/sync/client/api';
import { adoptGuest, forgetAccount, openMana, openSpaces, type Spaces } from '@mana/sync/client/browser/index';
import type { Account } from '@mana/sync/client/open';
import { spaceOf } from '@mana/sync/spaces';
import type { Person } from '@mana/ui/session/auth';
import type { Session } from '@mana/ui/session/session.svelte';
import { preferences } from '../model.ts';

/**
 * Opens what is stored on this device for who is here. What a guest wrote becomes the person's when they come in.
 *
 * @param before the store that was open until now, `null` for none
 */
export async function openStore(session: Session, before: Mana | null): Promise<Mana> {
	const account = accountOf(session.account);
	const adopts = account !== 'guest' && session.guestWaits;
	if (!adopts) {
		await before?.close();
		const mana = await openMana({ account, models, first });
		// Of an account mana-sync does that, for all devices.
		if (account === 'guest')
			void import('@mana/shared/trash')
				.then(({ emptyOldTrash }) => emptyOldTrash(mana, models, Date.now()))
				.catch((problem: unknown) => console.warn('The trash is looked through the next time:', problem));
		return mana;
	}
	// Without an open store (the page was loaded on the way in) the guest's lies on the disk.
	if (before === null) await adoptGuest(account.person);
	const mana = await openMana({ account, models, first, ...(before && { adopt: before }) });
	session.guestAdopted();
	return mana;
}

/** The spaces that a person shares with others. */
export function openSharedSpaces(home: Mana, person: string): Promise<Spaces> {
	return openSpaces({ home, person, models });
}

/**
 * What the person looks at comes first on a new device: how they want it to look, then the collections of the app that is open, all of
 * them in the hub.
 */
function first(): typeof models {
	const path = location.pathname.split('/');
	const ofApp = models.filter(({ name }) => path.includes(name.split('/')[0]!));
	return ofApp.length > 0 ? [preferences, ...ofApp] : models;
}

export async function wipeStore(account: string): Promise<void> {
	await forgetAccount(accountOf(account));
}

/** Puts aside what an account that is no more could never send, and removes everything else of it from this device. */
export async function leaveBehind(home: Mana, { id, name }: Person, spaces: Spaces | null): Promise<void> {
	const { leaveBehind } = await import('@mana/sync/client/browser/left-behind');
	const known = (spaces?.mine.rows ?? []).map((space) => ({ space: spaceOf(space), name: space.name }));
	await spaces?.closeAll();
	await home.close();
	await leaveBehind({ person: id, name }, known);
}

function accountOf(account: string | null): Account {
	return account === null || account === 'guest' ? 'guest' : { person: account };
}
