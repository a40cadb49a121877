// For tests: an owner who lets people connect accounts at Google, and people who do.
import { PUBLIC_URL, type TestPerson } from '../world.ts';
import type { TestGoogle } from './index.ts';

const door = '/identity-providers';

/** Lets the people of a Mana connect accounts at Google, as its owner does. */
export async function offerGoogle(owner: TestPerson, google: TestGoogle): Promise<void> {
	const { url: issuer, clientId, secret } = google;
	google.accounts.returns.add(`${PUBLIC_URL}/api/mana-auth${door}/google/return`);
	const input = { id: 'google', kind: 'google', name: 'Google', issuer, clientId, secret };
	const more = { trustsAddresses: false, domains: [], signsIn: false, connects: true };
	const answer = await owner.visit('POST', door, { ...input, ...more });
	if (!answer.ok) throw new Error(`Google could not be added: ${await answer.text()}`);
}

/** Connects an account, as its person does in a browser. @returns the id of the connection */
export async function connectGoogle(
	person: TestPerson,
	google: TestGoogle,
	email: string,
	use: 'calendar' | 'contacts',
): Promise<string> {
	const begun = await person.visit('POST', '/connections', { provider: 'google', use, next: `/${use}/elsewhere` });
	if (!begun.ok) throw new Error(`Nobody is sent to Google: ${await begun.text()}`);
	const { to } = (await begun.json()) as { to: string };
	const { search } = google.accounts.allow(to, email);
	const back = await person.visit('GET', `${door}/google/return${search}`);
	const said = new URLSearchParams(new URL(back.headers.get('location') ?? '').hash.slice(1));
	const id = said.get('connected');
	if (id === null) throw new Error(`Nothing was connected: ${said}`);
	return id;
}
