import type { Context } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Realm } from './realm.ts';
import { sessionMs } from './session-rules.ts';

/**
 * Name of the session cookie. It carries the instance's id, since cookies of localhost ignore ports; over TLS the prefix binds it to
 * exactly this host (RFC 6265bis §4.1.3).
 */
export function cookieName({ publicUrl, instance }: Pick<Realm, 'publicUrl' | 'instance'>): string {
	const name = `mana-${instance.slice(-10)}`;
	return isSecure(publicUrl) ? `__Host-${name}` : name;
}

/** The token that a request's cookie holds; `null` when there is none or its signature is not ours. */
export async function readToken(realm: Realm, c: Context): Promise<string | null> {
	return (await getSignedCookie(c, realm.keys.cookie, cookieName(realm))) || null;
}

/** Whether a request came with a session cookie at all, valid or not. */
export function hasCookie(realm: Realm, c: Context): boolean {
	return (c.req.header('cookie') ?? '').includes(`${cookieName(realm)}=`);
}

export async function writeToken(realm: Realm, c: Context, token: string): Promise<void> {
	await setCookie(realm, c, token, sessionMs / 1000);
}

export async function clearToken(realm: Realm, c: Context): Promise<void> {
	await setCookie(realm, c, '', 0);
}

async function setCookie(realm: Realm, c: Context, token: string, maxAge: number): Promise<void> {
	await setSignedCookie(c, cookieName(realm), token, realm.keys.cookie, {
		httpOnly: true,
		secure: isSecure(realm.publicUrl),
		sameSite: 'Lax',
		path: '/',
		maxAge,
	});
}

function isSecure(publicUrl: string): boolean {
	return publicUrl.startsWith('https://');
}
