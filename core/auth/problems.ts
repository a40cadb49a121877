import { type Problem, type ProblemInit, problem } from '@mana/service';

type Entry = readonly [status: ProblemInit['status'], detail: string];

/** Every refusal of mana-auth: its stable code, its HTTP status and what to do. `README.md` lists them for callers. */
const refusals = {
	'wrong-credentials': [401, 'E-mail address and password do not belong together. Check both and try again.'],
	locked: [429, 'Too many attempts. Wait a while before the next one, or let the owner run "mana user reset EMAIL".'],
	'wrong-code': [401, 'That code is not right, or it was used before. Wait for the next one, or use a recovery code.'],
	'passkey-invalid': [401, 'This passkey was not accepted. Try once more, or use another way to sign in.'],
	'passkey-unknown': [404, 'You have no such passkey. It may have been removed already.'],
	'passkey-known': [409, 'This passkey is kept here already.'],
	'passkeys-full': [409, 'You have as many passkeys as an account can have. Remove one that you no longer use.'],
	'app-password-unknown': [404, 'You have no such app password. It may have ended already.'],
	'app-passwords-full': [409, 'You have as many app passwords as an account can have. End one that you no longer use.'],
	'app-password-scope': [403, 'This app password does not open this app. Make one that does.'],
	'not-an-app': [403, 'App passwords are checked for the servers of apps only.'],
	'last-credential': [409, 'Nothing else opens your account. Set a password first.'],
	'provider-unknown': [404, 'This Mana knows no such provider. It may have been taken out.'],
	'provider-known': [409, 'There is a provider of this short name already. Choose another one.'],
	'provider-connects-nothing': [422, 'Accounts of this provider cannot be connected, only signed in with.'],
	'connection-unknown': [404, 'There is no such connection (any more). Connect the account again.'],
	'connection-ended': [409, 'The account does not let this Mana in any more. Its person can connect it again.'],
	'connection-busy': [503, 'Another copy of this service asks the provider at this moment. Try again in a moment.'],
	'connection-incomplete': [
		403,
		'Not everything that was asked for was allowed there, so nothing was connected. Try again, and leave the tick where it is.',
	],
	'issuer-missing': [422, 'Give the address of the provider (its issuer).'],
	'signing-key-missing': [422, 'This provider tells no secret. Give the key that it made for you, its key ID and your team ID.'],
	'provider-unreachable': [
		502,
		'The provider does not answer as it should. Try again in a moment, or sign in in another way; if it stays so, tell whoever runs this Mana.',
	],
	'identity-declined': [403, 'You did not allow it there, so nothing happened here. Try again, or sign in in another way.'],
	'identity-invalid': [403, 'This took too long, or was not begun in this browser. Begin again.'],
	'identity-unknown': [
		403,
		'Nobody here has linked this account. Sign in in another way and link it in the settings under "Security", or ask for an invitation.',
	],
	'identity-addressless': [
		403,
		'The provider tells no e-mail address, and an account here needs one. Join with a password, and link this account later.',
	],
	'identity-taken': [409, 'Somebody else here has linked this account.'],
	'identity-missing': [404, 'You have linked no such account. It may have been unlinked already.'],
	'removal-unknown': [404, 'Nobody takes this second step away. It was stopped, or has happened already.'],
	'ticket-invalid': [403, 'This took too long. Begin again with the password.'],
	'second-factor-on': [409, 'Sign-in asks for a code already. Switch that off first to use another app.'],
	'second-factor-off': [409, 'Sign-in asks for no code. Begin by letting an authenticator app scan the code.'],
	'proof-needed': [403, 'This needs a proof that it is you, not older than ten minutes.'],
	'proof-not-enough': [403, 'Your account asks for more than the password: use a code or a passkey.'],
	'not-signed-in': [401, 'Sign in first.'],
	'session-expired': [401, 'This session has ended. Sign in again; what is on this device stays.'],
	'account-erased': [401, 'This account was removed from this Mana, with everything in it.'],
	'session-reused': [
		401,
		'This session was used with a token that had been replaced, so it was ended for safety. Sign in again, and change the password if that was not you.',
	],
	'account-unknown': [404, 'This browser has no session of that account any more. Sign in to it again.'],
	'session-unknown': [404, 'You have no such session. It may have ended already.'],
	'role-missing': [403, 'This is for the owner or an admin of this Mana only.'],
	suspended: [403, 'This account is shut out for now. Ask the owner of this Mana; everything in it is kept.'],
	'last-owner': [409, 'This is the last owner. Make somebody else an owner first, so that this Mana is never without one.'],
	'spaces-owned': [
		409,
		'You own spaces that others are in. Hand each of them over first; what you wrote there stays with those who use it.',
	],
	'archive-unknown': [404, 'There is no archive of yours here, or it was kept for as long as it is. Ask for a new one.'],
	'archive-not-ready': [409, 'Your archive is still being made. You are told when it is ready.'],
	'departure-unknown': [404, 'Nobody is leaving here, or it has begun and cannot be taken back any more.'],
	'own-account': [409, 'You cannot do this to your own account. Another owner can.'],
	'consent-missing': [403, 'They have not allowed this. They can, for a time, in their settings under "Security activity".'],
	impersonated: [403, 'In the name of somebody else one can look, but not change this. Be yourself again first.'],
	'not-impersonating': [409, 'You are here as yourself.'],
	'software-unknown': [404, 'This Mana knows no such software. Whoever runs it can register it.'],
	'return-address-unknown': [
		400,
		'This software did not say where it would go on from here. Whoever runs this Mana can put the address right.',
	],
	'invitation-unknown': [404, 'There is no such invitation. It may have been used or ended.'],
	'registration-closed': [403, 'This Mana takes no new people. Its owner can allow it with MANA_AUTH_REGISTRATION=invitation.'],
	'invitation-missing': [403, 'This Mana takes new people by invitation only. Ask its owner for a link.'],
	'invitation-invalid': [403, 'This invitation was used, has ended or never existed. Ask for a new one.'],
	'setup-needed': [409, 'This Mana has no owner yet. Open the setup link that the terminal printed.'],
	'setup-done': [409, 'This Mana has an owner already. Sign in instead.'],
	'setup-token-invalid': [403, 'This setup link is not the current one. Use the one that the terminal printed last.'],
	'reset-token-invalid': [403, 'This reset link was used, has ended or never existed. Ask for a new one on the sign-in page.'],
	'link-invalid': [403, 'This link was used, has ended or never existed. Ask for a new one in the settings.'],
	'email-same': [409, 'This is your address already.'],
	'email-verified': [409, 'Your address is confirmed already.'],
	'email-taken': [409, 'This e-mail address has an account here. Sign in instead.'],
	'weak-password': [422, 'Choose another password.'],
	'common-password': [422, 'This password, or one like it, is among the first that are guessed. Choose three or four words.'],
	'person-unknown': [404, 'Nobody here has this e-mail address.'],
	'origin-missing': [
		403,
		'A change that comes with a session cookie must say its origin. Open Mana in a browser at its own address.',
	],
	unavailable: [503, 'Mana cannot reach its accounts right now. Nothing was counted or changed: try again in a moment.'],
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof refusals;

/**
 * A refusal to throw.
 *
 * @example throw refuse('email-taken');
 */
export function refuse(
	code: RefusalCode,
	more: Pick<ProblemInit, 'retryAfterMs' | 'extra' | 'cause'> & { readonly detail?: string } = {},
): Problem {
	const [status, detail] = refusals[code];
	const { detail: own, ...rest } = more;
	return problem(status, code, own ?? detail, rest);
}
