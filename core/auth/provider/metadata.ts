import type { Realm } from '../realm.ts';

/** Who vouches for people towards other software: this service behind the hub. */
export function issuerOf({ publicUrl }: Pick<Realm, 'publicUrl'>): string {
	return `${publicUrl}/api/mana-auth`;
}

/** What other software reads first (OpenID Connect Discovery §3, RFC 8414). */
export function metadata(realm: Pick<Realm, 'publicUrl'>) {
	const issuer = issuerOf(realm);
	return {
		issuer,
		authorization_endpoint: `${issuer}/oidc/authorize`,
		token_endpoint: `${issuer}/oidc/token`,
		userinfo_endpoint: `${issuer}/oidc/userinfo`,
		jwks_uri: `${issuer}/oidc/jwks`,
		revocation_endpoint: `${issuer}/oidc/revoke`,
		introspection_endpoint: `${issuer}/oidc/introspect`,
		end_session_endpoint: `${issuer}/oidc/logout`,
		scopes_supported: ['openid', 'profile', 'email', 'groups', 'offline_access'],
		response_types_supported: ['code'],
		response_modes_supported: ['query'],
		grant_types_supported: ['authorization_code', 'refresh_token'],
		subject_types_supported: ['public'],
		id_token_signing_alg_values_supported: ['RS256'],
		code_challenge_methods_supported: ['S256'],
		token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
		revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
		introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
		claims_supported: ['sub', 'name', 'locale', 'email', 'email_verified', 'groups', 'auth_time', 'nonce', 'sid'],
		prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
		authorization_response_iss_parameter_supported: true,
		request_parameter_supported: false,
		request_uri_parameter_supported: false,
		claims_parameter_supported: false,
	};
}
