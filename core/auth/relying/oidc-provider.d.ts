/** What the tests use of `oidc-provider`, which brings no types. */
declare module 'oidc-provider' {
	import type { RequestListener } from 'node:http';

	export interface Configuration {
		readonly clients: readonly Readonly<Record<string, unknown>>[];
		readonly claims: Readonly<Record<string, readonly string[]>>;
		readonly cookies: { readonly keys: readonly string[] };
		readonly ttl: Readonly<Record<string, number>>;
		readonly findAccount: (
			context: unknown,
			id: string,
		) => Promise<{ readonly accountId: string; claims(): Promise<Readonly<Record<string, unknown>>> } | undefined>;
		readonly features?: Readonly<Record<string, { readonly enabled: boolean }>>;
	}

	export class Provider {
		constructor(issuer: string, configuration: Configuration);
		callback(): RequestListener;
	}
}
