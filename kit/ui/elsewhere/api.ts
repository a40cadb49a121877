import { ask, auth, AuthProblem } from '../session/auth.ts';

/** What can be the matter with an account elsewhere, or with one folder of it. */
export type TroubleCode =
	| 'wrong-password'
	| 'disconnected'
	| 'forbidden'
	| 'gone'
	| 'removed-here'
	| 'many-gone'
	| 'no-account'
	| 'not-encrypted'
	| 'private-address'
	| 'sends-on'
	| 'certificate'
	| 'unreachable'
	| 'busy'
	| 'full'
	| 'unreadable';

/** A folder of an account that is kept here, too. Instants are ms since 1970. */
export interface Link {
	readonly id: string;
	readonly url: string;
	readonly name: string;
	/** Id of the folder here. */
	readonly home: string;
	readonly mayWrite: boolean;
	readonly trouble: TroubleCode | null;
	readonly detail: string | null;
	readonly syncedAt: number | null;
	/** Of `total` objects that changed there `done` are brought; both 0: nothing is under way. */
	readonly done: number;
	readonly total: number;
	/** How many objects are on both sides, and how many stay on one. */
	readonly objects: number;
	readonly left: number;
}

export interface Account {
	readonly id: string;
	/** How it is spoken to: `dav`, by a password; `google`, connected. */
	readonly service: string;
	/** As it was typed; of a connected one what the provider is called. */
	readonly address: string;
	readonly user: string;
	readonly paused: boolean;
	readonly trouble: TroubleCode | null;
	readonly detail: string | null;
	readonly nextAt: number | null;
	readonly links: readonly Link[];
}

/** A folder of an account, kept here or not. */
export interface Folder {
	readonly url: string;
	readonly name: string;
	/** Degrees; `null`: it has no colour. */
	readonly hue: number | null;
	readonly mayWrite: boolean;
	readonly chosen: boolean;
}

/** What an account can be connected for. */
export type Use = 'calendar' | 'contacts';

/** A provider by which accounts can be connected. */
export interface Offer {
	readonly id: string;
	readonly name: string;
}

/** What somebody came back with from a provider; see `core/auth/routes/identity-providers.ts`. */
export type Return = { readonly connected: string } | { readonly problem: AuthProblem };

/** Reads it from the fragment of an address; `null`: nobody came back. */
export function returnIn(hash: string): Return | null {
	const said = new URLSearchParams(hash.replace(/^#/, ''));
	const [connected, problem] = [said.get('connected'), said.get('problem')];
	if (connected !== null) return { connected };
	return problem === null ? null : { problem: new AuthProblem(problem, 403, problem) };
}

/** What becomes of what came of a folder that is not kept any more. */
export type Records = 'keep' | 'trash';

/** The browser's side of the accounts that a person has elsewhere. @param use what they are for: `calendar-server` keeps those of calendars */
export function accountsApi(use: Use) {
	async function send<T>(method: string, path: string, body?: object): Promise<T> {
		const { token } = await auth.token();
		return ask<T>(method, `/v1/elsewhere${path}`, body, { door: `/api/${use}-server`, token });
	}
	const at = (id: string, more = '') => `/${encodeURIComponent(id)}${more}`;
	return {
		list: async () => (await send<{ accounts: readonly Account[] }>('GET', '')).accounts,
		add: (login: { address: string; user: string; password: string }) =>
			send<{ account: Account; folders: readonly Folder[] }>('POST', '', login),
		/** By whom accounts can be connected. */
		offers: async () => (await ask<{ offers: readonly Offer[] }>('GET', `/connection-offers?use=${use}`)).offers,
		/** Where to go to allow it; the browser comes back to this page. */
		depart: async (provider: string) =>
			(await ask<{ to: string }>('POST', '/connections', { provider, use, next: location.pathname })).to,
		connect: (connection: string) =>
			send<{ account: Account; folders: readonly Folder[] }>('POST', '', { service: 'google', connection }),
		change: (id: string, change: { paused: boolean } | { password: string }) => send<Account>('PATCH', at(id), change),
		remove: (id: string, records: Records) => send<unknown>('DELETE', at(id, `?records=${records}`)),
		folders: async (id: string) => (await send<{ folders: readonly Folder[] }>('GET', at(id, '/folders'))).folders,
		choose: (id: string, urls: readonly string[], records: Records) =>
			send<Account>('PUT', at(id, '/folders'), { urls, records }),
		letGo: (id: string, link: string) => send<unknown>('POST', at(id, `/folders/${encodeURIComponent(link)}/losses`)),
		look: (id: string) => send<unknown>('POST', at(id, '/rounds')),
	};
}

export type AccountsApi = ReturnType<typeof accountsApi>;
