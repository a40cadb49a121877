import type { Context } from 'hono';
import { getCookie, getSignedCookie, setCookie, setSignedCookie } from 'hono/cookie';
import type { Realm } from './realm.ts';
import { sessionMs } from './session-rules.ts';

/** How long a browser is known after the last sign-in there, in milliseconds: as long as browsers keep a cookie. */
export const browserMs = 400 * 24 * 60 * 60_000;
/** How long somebody may take to sign in to another account, in milliseconds. */
const besideMs = 10 * 60_000;

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

/** The admin's own token, put aside while they act in somebody else's name; `null`: they do not. */
export async function readOwnToken(realm: Realm, c: Context): Promise<string | null> {
	return (await getSignedCookie(c, realm.keys.cookie, ownCookie(realm))) || null;
}

/** Puts the admin's own token aside, or takes it away (`null`). */
export async function writeOwnToken(realm: Realm, c: Context, token: string | null): Promise<void> {
	await sign(realm, c, ownCookie(realm), token ?? '', token === null ? 0 : sessionMs / 1000);
}

/** Tokens of the other accounts of this browser. */
export async function readAside(realm: Realm, c: Context): Promise<string[]> {
	const tokens = await getSignedCookie(c, realm.keys.cookie, asideCookie(realm));
	return tokens ? tokens.split('.') : [];
}

export async function writeAside(realm: Realm, c: Context, tokens: readonly string[]): Promise<void> {
	await sign(realm, c, asideCookie(realm), tokens.join('.'), tokens.length === 0 ? 0 : sessionMs / 1000);
}

/** Whether the session that is opened next is to stand beside the present one. */
export async function readBeside(realm: Realm, c: Context): Promise<boolean> {
	return Boolean(await getSignedCookie(c, realm.keys.cookie, `${cookieName(realm)}-beside`));
}

export async function writeBeside(realm: Realm, c: Context, beside: boolean): Promise<void> {
	await sign(realm, c, `${cookieName(realm)}-beside`, beside ? 'yes' : '', beside ? besideMs / 1000 : 0);
}

/** What this browser is known by, or a new name for one that has none. It opens nothing. */
export async function browserOf(realm: Realm, c: Context): Promise<string> {
	const known = await getSignedCookie(c, realm.keys.cookie, `${cookieName(realm)}-browser`);
	return known || Buffer.from(realm.random(new Uint8Array(16))).toString('base64url');
}

export async function writeBrowser(realm: Realm, c: Context, name: string): Promise<void> {
	await sign(realm, c, `${cookieName(realm)}-browser`, name, browserMs / 1000);
}

/** Whether a request came with a session cookie at all, valid or not. */
export function hasCookie(realm: Realm, c: Context): boolean {
	return (c.req.header('cookie') ?? '').includes(`${cookieName(realm)}=`);
}

export async function writeToken(realm: Realm, c: Context, token: string): Promise<void> {
	await sign(realm, c, cookieName(realm), token, token === '' ? 0 : sessionMs / 1000);
}

export async function clearToken(realm: Realm, c: Context): Promise<void> {
	await sign(realm, c, cookieName(realm), '', 0);
}

/** What this browser is away for at a provider; empty when that is not known. @param name of the errand */
export function readErrand(realm: Realm, c: Context, name: string): string {
	return getCookie(c, errandCookie(realm, name)) ?? '';
}

/** @param sealed see `relying/errand.ts` @param lifeMs milliseconds until it is over */
export function writeErrand(realm: Realm, c: Context, name: string, sealed: string, lifeMs: number): void {
	setCookie(c, errandCookie(realm, name), sealed, attributes(realm, lifeMs / 1000));
}

export function clearErrand(realm: Realm, c: Context, name: string): void {
	setCookie(c, errandCookie(realm, name), '', attributes(realm, 0));
}

async function sign(realm: Realm, c: Context, name: string, token: string, maxAge: number): Promise<void> {
	await setSignedCookie(c, name, token, realm.keys.cookie, attributes(realm, maxAge));
}

function attributes({ publicUrl }: Pick<Realm, 'publicUrl'>, maxAge: number) {
	return { httpOnly: true, secure: isSecure(publicUrl), sameSite: 'Lax', path: '/', maxAge } as const;
}

function errandCookie(realm: Realm, name: string): string {
	return `${cookieName(realm)}-${name}`;
}

function asideCookie(realm: Realm): string {
	return `${cookieName(realm)}-aside`;
}

function ownCookie(realm: Realm): string {
	return `${cookieName(realm)}-own`;
}

function isSecure(publicUrl: string): boolean {
	return publicUrl.startsWith('https://');
}
