import { m } from '../i18n/index.ts';
import type { Activity, Role, Tier } from './api.ts';

/** What each kind of entry of the audit log is called. */
export const kindWords: Readonly<Record<string, () => string>> = {
	'owner-created': () => m.administration_owner_created(),
	'person-joined': () => m.administration_person_joined(),
	'signed-in': () => m.administration_signed_in(),
	'new-device': () => m.administration_new_device(),
	'sign-in-failed': () => m.administration_sign_in_failed(),
	'signed-out': () => m.administration_signed_out(),
	'session-revoked': () => m.administration_session_revoked(),
	'sessions-revoked': () => m.administration_sessions_revoked(),
	'session-reused': () => m.administration_session_reused(),
	'password-changed': () => m.administration_password_changed(),
	'password-change-failed': () => m.administration_password_change_failed(),
	'password-reset': () => m.administration_password_reset(),
	'profile-changed': () => m.administration_profile_changed(),
	'invitation-created': () => m.administration_invitation_created(),
	'reset-link-created': () => m.administration_reset_link_created(),
	'second-factor-on': () => m.administration_second_factor_on(),
	'second-factor-off': () => m.administration_second_factor_off(),
	'second-step-removal-planned': () => m.administration_second_step_removal_planned(),
	'second-step-removal-stopped': () => m.administration_second_step_removal_stopped(),
	'recovery-codes-made': () => m.administration_recovery_codes_made(),
	'recovery-code-used': () => m.administration_recovery_code_used(),
	'wrong-code': () => m.administration_wrong_code(),
	proven: () => m.administration_proven(),
	'proof-failed': () => m.administration_proof_failed(),
	'invitation-ended': () => m.administration_invitation_ended(),
	'role-changed': () => m.administration_role_changed(),
	'tier-changed': () => m.administration_tier_changed(),
	'person-suspended': () => m.administration_person_suspended(),
	'person-readmitted': () => m.administration_person_readmitted(),
	'impersonation-allowed': () => m.administration_impersonation_allowed(),
	'impersonation-withdrawn': () => m.administration_impersonation_withdrawn(),
	'impersonation-began': () => m.administration_impersonation_began(),
	'impersonation-ended': () => m.administration_impersonation_ended(),
	'email-verified': () => m.administration_email_verified(),
	'email-change-asked': () => m.administration_email_change_asked(),
	'email-changed': () => m.administration_email_changed(),
	'email-taken-back': () => m.administration_email_taken_back(),
	'passkey-added': () => m.administration_passkey_added(),
	'passkey-removed': () => m.administration_passkey_removed(),
	'passkey-refused': () => m.administration_passkey_refused(),
	'app-password-made': () => m.administration_app_password_made(),
	'app-password-removed': () => m.administration_app_password_removed(),
	'app-password-refused': () => m.administration_app_password_refused(),
	'software-registered': () => m.administration_software_registered(),
	'software-changed': () => m.administration_software_changed(),
	'software-secret-made': () => m.administration_software_secret_made(),
	'software-removed': () => m.administration_software_removed(),
	'software-allowed': () => m.administration_software_allowed(),
	'software-disallowed': () => m.administration_software_disallowed(),
	'software-token-reused': () => m.administration_software_token_reused(),
	'provider-added': () => m.administration_provider_added(),
	'provider-changed': () => m.administration_provider_changed(),
	'provider-removed': () => m.administration_provider_removed(),
	'identity-linked': () => m.administration_identity_linked(),
	'identity-unlinked': () => m.administration_identity_unlinked(),
	'identity-refused': () => m.administration_identity_refused(),
	'connection-made': () => m.administration_connection_made(),
	'archive-begun': () => m.administration_archive_begun(),
	'archive-taken': () => m.administration_archive_taken(),
	'archive-removed': () => m.administration_archive_removed(),
	'archive-brought': () => m.administration_archive_brought(),
	'erasure-planned': () => m.administration_erasure_planned(),
	'erasure-taken-back': () => m.administration_erasure_taken_back(),
	'erasure-began': () => m.administration_erasure_began(),
	'account-erased': () => m.administration_account_erased(),
	'log-sealed': () => m.administration_log_sealed(),
	'log-trimmed': () => m.administration_log_trimmed(),
	'entries-emptied': () => m.administration_entries_emptied(),
};

export const roleWords: Readonly<Record<Role, () => string>> = {
	owner: () => m.administration_role_owner(),
	admin: () => m.administration_role_admin(),
	member: () => m.administration_role_member(),
	guest: () => m.administration_role_guest(),
};

export const roleTexts: Readonly<Record<Role, () => string>> = {
	owner: () => m.administration_role_owner_text(),
	admin: () => m.administration_role_admin_text(),
	member: () => m.administration_role_member_text(),
	guest: () => m.administration_role_guest_text(),
};

export const tierWords: Readonly<Record<Tier, () => string>> = {
	public: () => m.administration_tier_public(),
	beta: () => m.administration_tier_beta(),
	alpha: () => m.administration_tier_alpha(),
	founder: () => m.administration_tier_founder(),
};

/** What software learns, in the order in which it is shown. */
export const scopeWords: Readonly<Record<string, () => string>> = {
	openid: () => m.administration_allow_openid(),
	profile: () => m.administration_allow_profile(),
	email: () => m.administration_allow_email(),
	groups: () => m.administration_allow_groups(),
	offline_access: () => m.administration_allow_offline_access(),
};

/** What an entry says beside its kind, in a few words: from what to what, or why. */
export function detailWords({ kind, detail }: Activity): string {
	const { from, to, reason, name } = detail;
	if (kind === 'role-changed' && isIn(roleWords, from) && isIn(roleWords, to))
		return m.administration_from_to({ from: roleWords[from](), to: roleWords[to]() });
	if (kind === 'tier-changed' && isIn(tierWords, from) && isIn(tierWords, to))
		return m.administration_from_to({ from: tierWords[from](), to: tierWords[to]() });
	return typeof reason === 'string' ? reason : typeof name === 'string' ? name : '';
}

function isIn<Key extends string>(words: Readonly<Record<Key, unknown>>, value: unknown): value is Key {
	return typeof value === 'string' && Object.hasOwn(words, value);
}
