import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';

/** Who somebody is, as mana-auth knows them. */
export interface Person {
	readonly id: string;
	readonly name: string;
	readonly email: string;
	readonly role: 'owner' | 'admin' | 'member' | 'guest';
	readonly language: string;
}

/** An admin who acts in somebody's name. */
export interface Impersonator {
	readonly id: string;
	readonly name: string;
}

/** How this Mana lets people in. */
export interface Status {
	readonly setup: 'needed' | 'done';
	readonly registration: 'closed' | 'invitation' | 'open';
	/** Stays the same for the life of this installation. */
	readonly instance: string;
	readonly name: string | null;
	/** By whom one can sign in, too. */
	readonly providers: readonly ProviderSign[];
}

/** Somebody elsewhere with whom people have an account that lets them in here. */
export interface ProviderSign {
	readonly id: string;
	readonly kind: ProviderKind;
	readonly name: string;
}

export const providerKinds = ['google', 'apple', 'microsoft', 'github', 'oidc'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** An account elsewhere by which the person signs in. */
export interface Identity {
	readonly id: string;
	readonly provider: string;
	readonly name: string;
	/** What it is called there. */
	readonly label: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

/** A place where the person is signed in. */
export interface SessionInfo {
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly usedAt: string;
	readonly address: string;
	/** `User-Agent` of the browser. */
	readonly agent: string;
	readonly current: boolean;
	/** Who acts in the person's name by it. */
	readonly impersonator: Impersonator | null;
}

/** What the first step of signing in gives whoever has a second one. */
export interface SecondStep {
	readonly ticket: string;
	/** ISO 8601, UTC. */
	readonly expiresAt: string;
}

/** The code that sign-in asks for after the password. Instants are ISO 8601. */
export interface SecondFactor {
	/** `null` while it is off. */
	readonly since: string | null;
	readonly recoveryCodes: number;
	/** When an admin has it taken away, and who; `null` unless that is planned. */
	readonly removal: { readonly dueAt: string; readonly by: string | null } | null;
}

/** By what a person can show once more that it is them. */
export type ProofMethod = 'password' | 'code' | 'passkey';

export interface Proofs {
	readonly methods: readonly ProofMethod[];
	/** ISO 8601, UTC; `null` when none counts. */
	readonly until: string | null;
}

/** A password for one program on one device. Instants are ISO 8601. */
export interface AppPassword {
	readonly id: string;
	readonly name: string;
	/** Ids of the apps that it opens. */
	readonly apps: readonly string[];
	readonly access: 'read' | 'write';
	readonly createdAt: string;
	readonly usedAt: string | null;
}

export interface Passkey {
	readonly id: string;
	readonly name: string;
	readonly createdAt: string;
	readonly usedAt: string | null;
	readonly synced: boolean;
}

/** A person's e-mail address, and what is under way with it. */
export interface EmailStanding {
	readonly address: string;
	readonly verified: boolean;
	/** What is to take its place once it answers. */
	readonly pending: { readonly address: string; readonly until: string } | null;
}

/** What a link from a letter did; `reset` is where to set a new password then. */
export interface Confirmation {
	readonly did: 'verified' | 'changed' | 'taken-back' | 'stayed' | 'second-step-kept';
	readonly address: string;
	readonly reset: string | null;
}

/** mana-auth said no, or could not be reached (`code: 'unreachable'`). `detail` is for people. */
export class AuthProblem extends Error {
	readonly code: string;
	readonly status: number;
	/** Seconds until it may be tried again. */
	readonly retryAfter: number | null;

	constructor(code: string, status: number, detail: string, retryAfter: number | null = null) {
		super(detail);
		this.name = 'AuthProblem';
		this.code = code;
		this.status = status;
		this.retryAfter = retryAfter;
	}

	/** No answer from mana-auth itself: nothing is known about the session. */
	get unreachable(): boolean {
		return this.status === 0 || this.status >= 500;
	}
}

/** The browser's side of mana-auth. The session is a cookie that pages cannot read. */
export const auth = {
	status: () => ask<Status>('GET', '/status'),
	session: () =>
		ask<{ person: Person; session: { id: string; expiresAt: string; impersonator: Impersonator | null } }>('GET', '/session'),
	endImpersonation: () => ask<unknown>('DELETE', '/impersonation'),
	setup: (input: { token: string; name: string; email: string; password: string; language: string }) =>
		ask<{ person: Person }>('POST', '/setup', input),
	signUp: (input: { name: string; email: string; password: string; language: string; invitation?: string }) =>
		ask<{ person: Person }>('POST', '/sign-up', input),
	readInvitation: (invitation: string) =>
		ask<{ by: string | null; email: string | null; expiresAt: string }>('POST', '/invitation-checks', { invitation }),
	signIn: (input: { email: string; password: string }) =>
		ask<{ person: Person } | { secondStep: SecondStep }>('POST', '/sign-in', input),
	takeSecondStep: (input: { ticket: string; code: string }) => ask<{ person: Person }>('POST', '/sign-in/second-step', input),
	passkeySignInOptions: () => ask<PublicKeyCredentialRequestOptionsJSON>('POST', '/sign-in/passkey-options'),
	signInWithPasskey: (answer: object) => ask<{ person: Person }>('POST', '/sign-in/passkey', { answer }),
	goToProvider: (id: string, asked: { invitation?: string; language: string; next: string }) =>
		ask<{ to: string }>('POST', `/identity-providers/${encodeURIComponent(id)}/entries`, asked),
	linkProvider: (id: string) => ask<{ to: string }>('POST', `/identity-providers/${encodeURIComponent(id)}/links`),
	identities: () => ask<{ identities: readonly Identity[] }>('GET', '/identities'),
	unlinkIdentity: (id: string) => ask<unknown>('DELETE', `/identities/${encodeURIComponent(id)}`),
	proofs: () => ask<Proofs>('GET', '/proofs'),
	passkeyProofOptions: () => ask<PublicKeyCredentialRequestOptionsJSON>('POST', '/proofs/passkey-options'),
	prove: (given: { password: string } | { code: string } | { passkey: object }) => ask<Proofs>('POST', '/proofs', given),
	email: () => ask<EmailStanding>('GET', '/email'),
	changeEmail: (email: string) => ask<unknown>('POST', '/email', { email }),
	askForVerification: () => ask<unknown>('POST', '/email/verification'),
	confirmEmail: (token: string) => ask<Confirmation>('POST', '/email/confirmations', { token }),
	forgot: (email: string) => ask<unknown>('POST', '/forgotten', { email }),
	secondFactor: () => ask<SecondFactor>('GET', '/second-factor'),
	keepSecondFactor: () => ask<unknown>('DELETE', '/second-factor/removal'),
	beginSecondFactor: () => ask<{ secret: string; uri: string }>('POST', '/second-factor'),
	confirmSecondFactor: (code: string) => ask<{ recoveryCodes: readonly string[] }>('PUT', '/second-factor', { code }),
	endSecondFactor: () => ask<unknown>('DELETE', '/second-factor'),
	renewRecoveryCodes: () => ask<{ recoveryCodes: readonly string[] }>('POST', '/recovery-codes'),
	passkeys: () => ask<{ passkeys: readonly Passkey[] }>('GET', '/passkeys'),
	passkeyOptions: () => ask<PublicKeyCredentialCreationOptionsJSON>('POST', '/passkeys/options'),
	addPasskey: (name: string, answer: object) => ask<Passkey>('POST', '/passkeys', { name, answer }),
	renamePasskey: (id: string, name: string) => ask<unknown>('PATCH', `/passkeys/${encodeURIComponent(id)}`, { name }),
	removePasskey: (id: string) => ask<unknown>('DELETE', `/passkeys/${encodeURIComponent(id)}`),
	appPasswords: () => ask<{ passwords: readonly AppPassword[]; apps: readonly string[] }>('GET', '/app-passwords'),
	makeAppPassword: (input: Pick<AppPassword, 'name' | 'apps' | 'access'>) =>
		ask<AppPassword & { readonly secret: string }>('POST', '/app-passwords', input),
	endAppPassword: (id: string) => ask<unknown>('DELETE', `/app-passwords/${encodeURIComponent(id)}`),
	/** Keeps this session beside the one that is opened next. */
	keepBeside: () => ask<unknown>('POST', '/accounts'),
	goOnAs: (person: string) => ask<{ person: Person }>('PUT', '/accounts/present', { person }),
	signOut: () => ask<unknown>('POST', '/sign-out'),
	token: () => ask<{ token: string; expiresAt: string }>('POST', '/token'),
	reset: (input: { token: string; password: string }) => ask<unknown>('POST', '/reset', input),
	changePassword: (input: { password: string }) => ask<unknown>('POST', '/password', input),
	changeProfile: (input: { name?: string; language?: string }) => ask<{ person: Person }>('PATCH', '/person', input),
	endOtherSessions: () => ask<unknown>('DELETE', '/sessions'),
	sessions: () => ask<{ sessions: readonly SessionInfo[] }>('GET', '/sessions'),
	endSession: (id: string) => ask<unknown>('DELETE', `/sessions/${encodeURIComponent(id)}`),
};

/** A server that takes longer counts as one that does not answer, in milliseconds. Writes may hash a password on a small machine. */
const patienceMs = { read: 5_000, write: 30_000 };

/** Asks a service of this Mana, by default mana-auth. @throws AuthProblem */
export async function ask<T>(
	method: string,
	path: string,
	body?: object,
	{ door = '/api/mana-auth', token }: { readonly door?: string; readonly token?: string } = {},
): Promise<T> {
	let answer: Response;
	let text: string;
	try {
		answer = await fetch(`${door}${path}`, {
			method,
			headers: {
				accept: 'application/json',
				...(token !== undefined && { authorization: `Bearer ${token}` }),
				...(body && { 'content-type': 'application/json' }),
			},
			...(body && { body: JSON.stringify(body) }),
			signal: AbortSignal.timeout(method === 'GET' ? patienceMs.read : patienceMs.write),
		});
		text = await answer.text();
	} catch (problem) {
		throw new AuthProblem('unreachable', 0, problem instanceof Error ? problem.message : String(problem));
	}
	const isJson = /json/.test(answer.headers.get('content-type') ?? '');
	if (answer.ok && (isJson || text === '')) return (text === '' ? {} : JSON.parse(text)) as T;
	const told = isJson ? (JSON.parse(text) as { code?: string; detail?: string; title?: string }) : {};
	const retryAfter = Number(answer.headers.get('retry-after'));
	throw new AuthProblem(
		told.code ?? 'unreachable',
		isJson ? answer.status : 0,
		told.detail ?? told.title ?? answer.statusText,
		retryAfter > 0 ? retryAfter : null,
	);
}
