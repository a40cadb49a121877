// For tests: Google as its documentation has it, on a port of its own: accounts, consent, tokens, calendars and contacts.
import { GoogleAccounts } from './accounts.ts';
import { GoogleDav } from './dav.ts';

export interface TestGoogle extends AsyncDisposable {
	/** Its issuer, and what all its addresses begin with. */
	readonly url: string;
	/** Where calendars and contacts are found, as a server is told. */
	readonly calendars: string;
	readonly contacts: string;
	readonly clientId: string;
	readonly secret: string;
	/** Consent and tokens. */
	readonly accounts: GoogleAccounts;
	/** Calendars and contacts of all accounts. */
	readonly dav: GoogleDav;
	close(): Promise<void>;
}

/**
 * Starts it. Its page at `/o/oauth2/v2/auth` asks nothing: a link for each account, one without what was asked for, and one to cancel.
 *
 * @param people e-mail addresses of those who have an account @param clock by which tokens end
 */
export function startGoogle(people: readonly string[], clock: { now(): number } = { now: () => Date.now() }): TestGoogle {
	const server: Bun.Server<undefined> = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request): Promise<Response> {
			return (await accounts.answer(request)) ?? (await dav.answer(request)) ?? new Response(null, { status: 404 });
		},
	});
	const url: string = `http://127.0.0.1:${server.port}`;
	const accounts = new GoogleAccounts(url, people, clock);
	const dav = new GoogleDav(accounts, people);
	const close = () => server.stop(true);
	return {
		url,
		calendars: `${url}/caldav/v2/`,
		contacts: `${url}/.well-known/carddav`,
		clientId: accounts.clientId,
		secret: accounts.secret,
		accounts,
		dav,
		close,
		[Symbol.asyncDispose]: close,
	};
}
