import { m } from '@mana/ui/i18n';
import type { ProviderKind } from '@mana/ui/session/auth';

interface KindRow {
	readonly name: () => string;
	/** What stands in the field of the issuer at first; `null`: everybody has the same one, so nobody is asked. */
	readonly issuer: string | null;
	readonly issuerHint: () => string;
	/** Whether we sign with a key of the admin's, since it tells no secret. */
	readonly signs?: true;
	/** Whether calendars and contacts there can be connected. */
	readonly connects?: true;
}

/** What a form for a provider says of each kind. */
export const kinds: Readonly<Record<ProviderKind, KindRow>> = {
	google: { name: () => 'Google', issuer: null, issuerHint: () => '', connects: true },
	apple: { name: () => 'Apple', issuer: null, issuerHint: () => '', signs: true },
	microsoft: {
		name: () => 'Microsoft',
		issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
		issuerHint: () => m.administration_provider_issuer_microsoft(),
	},
	github: { name: () => 'GitHub', issuer: 'https://github.com', issuerHint: () => m.administration_provider_issuer_github() },
	oidc: {
		name: () => m.administration_provider_kind_oidc(),
		issuer: '',
		issuerHint: () => m.administration_provider_issuer_hint(),
	},
};
