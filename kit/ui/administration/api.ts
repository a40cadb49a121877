import { ask, type Person, type ProviderSign } from '../session/auth.ts';

export type Role = Person['role'];
export const tiers = ['public', 'beta', 'alpha', 'founder'] as const;
export type Tier = (typeof tiers)[number];

/** A person as those see them who look after this Mana. Instants are ISO 8601. */
export interface Inhabitant extends Person {
	readonly tier: Tier;
	readonly createdAt: string;
	/** `null` unless they are shut out. */
	readonly suspendedAt: string | null;
	readonly sessions: number;
	readonly seenAt: string | null;
	/** Until when they let an admin act in their name. */
	readonly consentUntil: string | null;
	/** Whether their sign-in asks for a code, and when that is taken away; `null`: nobody asked for it. */
	readonly secondStep: boolean;
	readonly secondStepRemovalAt: string | null;
}

/** What an invited person may become. */
export type InvitedRole = Exclude<Role, 'owner'>;

/** An invitation that nobody has joined with. Instants are ISO 8601. */
export interface OpenInvitation {
	readonly id: string;
	readonly role: Role;
	readonly tier: Tier;
	/** Where it was sent; `null`: it was made as a link. */
	readonly email: string | null;
	readonly by: { readonly id: string; readonly name: string } | null;
	readonly createdAt: string;
	readonly expiresAt: string;
	/** It ended without an answer. */
	readonly ended: boolean;
}

/** An entry of the audit log. */
export interface Activity {
	readonly seq: number;
	readonly at: string;
	readonly kind: string;
	readonly person: { readonly id: string; readonly name: string | null } | null;
	/** Who did it, when that was somebody else. */
	readonly by: { readonly id: string; readonly name: string | null } | null;
	readonly address: string;
	readonly agent: string;
	readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface AuditCheck {
	readonly entries: number;
	readonly first: number;
	readonly last: number;
	readonly sealedAnew: readonly number[];
	readonly broken: { readonly seq: number; readonly why: string } | null;
}

/** Software that people sign in to with their account here. */
export interface Software {
	readonly id: string;
	readonly name: string;
	readonly hasSecret: boolean;
	readonly redirectUris: readonly string[];
	readonly logoutUris: readonly string[];
}

export interface SoftwareInput {
	readonly name: string;
	readonly redirectUris: readonly string[];
	readonly logoutUris: readonly string[];
}

/** Somebody elsewhere with whom people have an account that lets them in here, as admins see it. */
export interface Provider extends ProviderSign {
	readonly issuer: string;
	readonly clientId: string;
	readonly hasSecret: boolean;
	readonly trustsAddresses: boolean;
	readonly domains: readonly string[];
	/** Whether people sign in by it, and whether they may connect accounts there. */
	readonly signsIn: boolean;
	readonly connects: boolean;
	readonly returnTo: string;
	readonly people: number;
	readonly peopleWithoutOther: number;
}

/** The key that Apple makes for a developer: what it is called there, and the text of the `.p8` file. */
export interface SigningKey {
	readonly team: string;
	readonly id: string;
	readonly pem: string;
}

export interface ProviderInput {
	readonly name: string;
	readonly clientId: string;
	/** Left out: it stays as it is. */
	readonly secret?: string;
	/** In its place where there is none (Apple). */
	readonly key?: SigningKey;
	readonly trustsAddresses: boolean;
	readonly domains: readonly string[];
	readonly signsIn: boolean;
	readonly connects: boolean;
}

/** What a person allowed software to learn. */
export interface AllowedSoftware {
	readonly id: string;
	readonly name: string;
	readonly scope: readonly string[];
	readonly at: string;
}

/** What a request of software needs; see `core/auth/provider/authorise.ts`. */
export type Outcome =
	| { readonly kind: 'return'; readonly to: string }
	| { readonly kind: 'sign-in' }
	| { readonly kind: 'prove' }
	| { readonly kind: 'ask'; readonly software: string; readonly host: string; readonly scope: readonly string[] };

/** Everything of a person as one file; see `core/auth/archive/archives.ts`. Instants are ISO 8601. */
export interface Archive {
	/** `failed`: it is not tried again by itself. */
	readonly state: 'making' | 'failed' | 'ready';
	readonly begunAt: string;
	/** What is being written: the name of a service, or of a space. */
	readonly now: string;
	readonly done: number;
	/** 0 while nobody knows. */
	readonly all: number;
	readonly bytes: number;
	readonly expiresAt: string | null;
	readonly problem: { readonly code: string; readonly service: string } | null;
}

/** Somebody's leaving, as they see it themselves. Instants are ISO 8601. */
export interface Departure {
	readonly state: 'planned' | 'under-way' | 'emptied' | 'done';
	readonly byAdmin: boolean;
	readonly plannedAt: string;
	/** When everything goes. */
	readonly dueAt: string;
}

/** The same, as those see it who look after this Mana. */
export interface DepartureCard extends Departure {
	readonly id: string;
	/** `null` once they are gone. */
	readonly person: { readonly id: string; readonly name: string } | null;
	readonly finishedAt: string | null;
	/** What became of it in each service; `problem`: it is not gone there yet. */
	readonly services: Readonly<Record<string, { readonly problem: string | null }>>;
}

export interface SpaceName {
	readonly id: string;
	readonly name: string;
}

/** What somebody's leaving means for the spaces they are in. */
export interface SpacesPlan {
	readonly handOver: readonly SpaceName[];
	readonly end: readonly SpaceName[];
	readonly stay: readonly SpaceName[];
}

/** What to look for in the log; instants are ISO 8601. */
export interface ActivityFilter {
	readonly person?: string | undefined;
	readonly kind?: string | undefined;
	readonly from?: string | undefined;
	readonly until?: string | undefined;
	readonly before?: number | undefined;
}

/** A page of `/people` and of the log. */
export const pageSize = 50;

/** The browser's side of looking after a Mana. */
export const administration = {
	people: (filter: { search?: string | undefined; suspended?: boolean | undefined; skip: number }) =>
		ask<{ people: readonly Inhabitant[]; total: number }>('GET', `/people?${queryOf(filter)}`),
	person: (id: string) => ask<{ person: Inhabitant }>('GET', `/people/${encodeURIComponent(id)}`),
	change: (id: string, change: { role?: Role; tier?: Tier; suspended?: boolean }) =>
		ask<{ person: Inhabitant }>('PATCH', `/people/${encodeURIComponent(id)}`, change),
	signOut: (id: string) => ask<unknown>('DELETE', `/people/${encodeURIComponent(id)}/sessions`),
	removeSecondStep: (id: string) => ask<{ dueAt: string }>('POST', `/people/${encodeURIComponent(id)}/second-step-removal`),
	keepSecondStep: (id: string) => ask<unknown>('DELETE', `/people/${encodeURIComponent(id)}/second-step-removal`),
	visit: (id: string, reason: string) =>
		ask<{ person: Person }>('POST', `/people/${encodeURIComponent(id)}/impersonation`, { reason }),
	invitations: () => ask<{ invitations: readonly OpenInvitation[] }>('GET', '/invitations'),
	invite: (offer: { role: InvitedRole; tier: Tier }) => ask<{ link: string; expiresAt: string }>('POST', '/invitations', offer),
	inviteByMail: (offer: { role: InvitedRole; tier: Tier; to: { address: string; language: string } }) =>
		ask<{ expiresAt: string }>('POST', '/invitations', offer),
	resendInvitation: (id: string) => ask<unknown>('POST', `/invitations/${encodeURIComponent(id)}/letters`),
	endInvitation: (id: string) => ask<unknown>('DELETE', `/invitations/${encodeURIComponent(id)}`),
	log: (filter: ActivityFilter) => ask<{ entries: readonly Activity[] }>('GET', `/audit?${queryOf(filter)}`),
	check: () => ask<AuditCheck>('GET', '/audit/check'),
	own: (before?: number) => ask<{ entries: readonly Activity[] }>('GET', `/activity?${queryOf({ before })}`),
	software: () => ask<{ software: readonly Software[] }>('GET', '/software'),
	registerSoftware: (input: SoftwareInput & { keepsSecret: boolean }) =>
		ask<{ software: Software; secret: string | null }>('POST', '/software', input),
	changeSoftware: (id: string, input: SoftwareInput) =>
		ask<{ software: Software }>('PUT', `/software/${encodeURIComponent(id)}`, input),
	renewSecret: (id: string) => ask<{ secret: string }>('POST', `/software/${encodeURIComponent(id)}/secret`),
	removeSoftware: (id: string) => ask<unknown>('DELETE', `/software/${encodeURIComponent(id)}`),
	providers: () => ask<{ providers: readonly Provider[] }>('GET', '/identity-providers'),
	addProvider: (input: ProviderInput & Pick<Provider, 'id' | 'kind'> & { readonly issuer?: string }) =>
		ask<{ provider: Provider }>('POST', '/identity-providers', input),
	changeProvider: (id: string, input: ProviderInput) =>
		ask<{ provider: Provider }>('PUT', `/identity-providers/${encodeURIComponent(id)}`, input),
	removeProvider: (id: string) => ask<unknown>('DELETE', `/identity-providers/${encodeURIComponent(id)}`),
	allowedSoftware: () => ask<{ software: readonly AllowedSoftware[] }>('GET', '/allowed-software'),
	disallowSoftware: (id: string) => ask<unknown>('DELETE', `/allowed-software/${encodeURIComponent(id)}`),
	request: (request: Readonly<Record<string, string>>) => ask<Outcome>('POST', '/oidc/requests', request),
	decide: (request: Readonly<Record<string, string>>, allow: boolean) =>
		ask<Outcome>('POST', '/oidc/decisions', { request, allow }),
	archive: () => ask<{ archive: Archive | null }>('GET', '/archive'),
	beginArchive: () => ask<{ archive: Archive }>('POST', '/archive'),
	removeArchive: () => ask<unknown>('DELETE', '/archive'),
	linkArchive: () => ask<{ path: string }>('POST', '/archive/links'),
	departure: () => ask<{ departure: Departure | null }>('GET', '/departure'),
	departureSpaces: () => ask<SpacesPlan>('GET', '/departure/spaces'),
	leave: () => ask<{ departure: Departure }>('POST', '/departure'),
	stay: () => ask<unknown>('DELETE', '/departure'),
	departures: () => ask<{ departures: readonly DepartureCard[] }>('GET', '/departures'),
	hasten: (id: string) => ask<unknown>('POST', `/departures/${encodeURIComponent(id)}/attempts`),
	removePerson: (id: string) => ask<{ departure: Departure }>('POST', `/people/${encodeURIComponent(id)}/departure`),
	keepPerson: (id: string) => ask<unknown>('DELETE', `/people/${encodeURIComponent(id)}/departure`),
	consent: () => ask<{ until: string | null }>('GET', '/impersonation-consent'),
	allow: (hours: 1 | 24 | 168) => ask<{ until: string }>('PUT', '/impersonation-consent', { hours }),
	disallow: () => ask<unknown>('DELETE', '/impersonation-consent'),
};

function queryOf(values: object): string {
	const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
	return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
