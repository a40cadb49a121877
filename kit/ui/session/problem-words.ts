import { m } from '../i18n/index.ts';
import { AuthProblem } from './auth.ts';

/** What mana-auth's refusals are called in the person's language, by their stable code. */
const words: Record<string, () => string> = {
	'wrong-credentials': () => m.auth_wrong_credentials(),
	'wrong-code': () => m.auth_wrong_code(),
	'ticket-invalid': () => m.auth_ticket_invalid(),
	'proof-needed': () => m.auth_proof_needed(),
	'proof-not-enough': () => m.auth_proof_not_enough(),
	'second-factor-on': () => m.auth_second_factor_on(),
	'second-factor-off': () => m.auth_second_factor_off(),
	'passkey-invalid': () => m.auth_passkey_invalid(),
	'passkey-unknown': () => m.auth_passkey_unknown(),
	'passkey-known': () => m.auth_passkey_known(),
	'passkeys-full': () => m.auth_passkeys_full(),
	'last-credential': () => m.auth_last_credential(),
	'provider-unknown': () => m.auth_provider_unknown(),
	'provider-known': () => m.auth_provider_known(),
	'issuer-missing': () => m.auth_issuer_missing(),
	'provider-unreachable': () => m.auth_provider_unreachable(),
	'identity-declined': () => m.auth_identity_declined(),
	'identity-invalid': () => m.auth_identity_invalid(),
	'identity-unknown': () => m.auth_identity_unknown(),
	'identity-addressless': () => m.auth_identity_addressless(),
	'identity-taken': () => m.auth_identity_taken(),
	'identity-missing': () => m.auth_identity_missing(),
	'account-unknown': () => m.auth_account_unknown(),
	'not-signed-in': () => m.auth_not_signed_in(),
	'session-expired': () => m.auth_session_expired(),
	'session-reused': () => m.auth_session_reused(),
	'role-missing': () => m.auth_role_missing(),
	'software-unknown': () => m.auth_software_unknown(),
	'return-address-unknown': () => m.auth_return_address_unknown(),
	suspended: () => m.auth_suspended(),
	'last-owner': () => m.auth_last_owner(),
	'own-account': () => m.auth_own_account(),
	'consent-missing': () => m.auth_consent_missing(),
	impersonated: () => m.auth_impersonated(),
	'registration-closed': () => m.auth_registration_closed(),
	'invitation-missing': () => m.auth_invitation_missing(),
	'invitation-invalid': () => m.auth_invitation_invalid(),
	'setup-needed': () => m.auth_setup_needed(),
	'setup-done': () => m.auth_setup_done(),
	'setup-token-invalid': () => m.auth_setup_token_invalid(),
	'reset-token-invalid': () => m.auth_reset_token_invalid(),
	'link-invalid': () => m.auth_link_invalid(),
	'archive-unknown': () => m.auth_archive_unknown(),
	'archive-not-ready': () => m.auth_archive_not_ready(),
	'email-same': () => m.auth_email_same(),
	'email-verified': () => m.auth_email_verified(),
	'email-taken': () => m.auth_email_taken(),
	'common-password': () => m.auth_common_password(),
	'weak-password': () => m.auth_weak_password(),
	'unknown-space': () => m.space_unknown(),
	forbidden: () => m.space_forbidden(),
	'owner-stays': () => m.space_owner_stays(),
	'already-member': () => m.space_already_member(),
	'invitation-unknown': () => m.space_invitation_invalid(),
	archived: () => m.space_archived_text(),
	'mail-unavailable': () => m.space_mail_unavailable(),
	'too-many-mails': () => m.space_too_many_mails(),
	'member-unknown': () => m.space_member_unknown(),
	unreachable: () => m.auth_unreachable(),
	unavailable: () => m.auth_unreachable(),
};

/** What happened and what to do, in the person's language; the server's own sentence where we have none. */
export function problemWords(problem: unknown): string {
	if (!(problem instanceof AuthProblem)) throw problem;
	if (words[problem.code] === undefined && (problem.code === 'locked' || problem.status === 429))
		return m.auth_locked({ count: Math.ceil((problem.retryAfter ?? 60) / 60) });
	return (words[problem.code] ?? (problem.unreachable ? words['unreachable'] : undefined))?.() ?? problem.message;
}
