import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const credential = { id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} };
const clientDataJSON = Buffer.from('{"challenge":"AAAA"}').toString('base64url');
const made = { ...credential, response: { clientDataJSON, attestationObject: 'AAAA' } };
const signed = { ...credential, response: { clientDataJSON, authenticatorData: 'AAAA', signature: 'AAAA' } };

export const passkeyAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/passkeys', status: signedIn(200) },
	{ method: 'POST', path: '/passkeys/options', status: signedIn(200) },
	{ method: 'POST', path: '/passkeys', body: { name: 'Phone', answer: made }, status: signedIn(401) },
	{ method: 'PATCH', path: '/passkeys/:id', body: { name: 'Phone' }, status: signedIn(404) },
	{ method: 'DELETE', path: '/passkeys/:id', status: signedIn(404) },
	{ method: 'POST', path: '/sign-in/passkey-options', status: 200 },
	{ method: 'POST', path: '/sign-in/passkey', body: { answer: signed }, status: 401 },
	{ method: 'POST', path: '/proofs/passkey-options', status: signedIn(200) },
	{ method: 'POST', path: '/proofs', body: { passkey: signed }, status: 401 },
];
