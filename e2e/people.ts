import type { TestMana } from './mana.ts';

/** Somebody with an account. */
export interface TestPerson {
	readonly id: string;
	readonly name: string;
	readonly email: string;
	readonly password: string;
}

/** A session of somebody, as a browser would hold it. */
export interface Cookie {
	readonly name: string;
	readonly value: string;
}

const password = 'correct horse battery';
/** By what mana-auth knows the browser in which each account was made: signing in there is no news to anybody. */
const browsers = new Map<string, string>();
const owners = new WeakMap<TestMana, Promise<TestPerson>>();

/** The owner of a Mana, who is made at the first call. */
export function ownerOf(mana: TestMana): Promise<TestPerson> {
	let owner = owners.get(mana);
	if (!owner) {
		owner = enrol(mana, 'Olga Owner', '/setup', { token: tokenOf(mana.setupLink) });
		owners.set(mana, owner);
	}
	return owner;
}

/** A new person, invited by the owner. A Mana takes ten an hour. */
export async function invite(mana: TestMana, name: string): Promise<TestPerson> {
	return enrol(mana, name, '/sign-up', { invitation: tokenOf(await invitationLink(mana)) });
}

/** A fresh invitation's link, as the owner would send it. */
export async function invitationLink(mana: TestMana): Promise<string> {
	const { name, value } = await signIn(mana, await ownerOf(mana));
	const { body } = await post(mana, '/invitations', {}, { cookie: `${name}=${value}` });
	return (body as { link: string }).link;
}

/** Signs somebody in without a browser. */
export async function signIn(mana: TestMana, { email, password }: TestPerson): Promise<Cookie> {
	const browser = browsers.get(mana.home + email);
	return (await post(mana, '/sign-in', { email, password }, browser === undefined ? {} : { cookie: browser })).cookie;
}

function tokenOf(link: string): string {
	return new URL(link).hash.replace(/^#(?:\w+=)?/, '');
}

async function enrol(mana: TestMana, name: string, path: string, proof: Record<string, unknown>): Promise<TestPerson> {
	const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.org`;
	const { body, browser } = await post(mana, path, { name, email, password, language: 'en', ...proof });
	browsers.set(mana.home + email, browser);
	return { id: (body as { person: { id: string } }).person.id, name, email, password };
}

/** Asks mana-auth through the hub. @throws when it refuses */
export async function post(
	mana: TestMana,
	path: string,
	body: Record<string, unknown>,
	headers: Record<string, string> = {},
): Promise<{ readonly body: unknown; readonly cookie: Cookie; readonly browser: string }> {
	const answer = await fetch(`${mana.url}/api/mana-auth${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: mana.url, ...headers },
		body: JSON.stringify(body),
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`mana-auth answered POST ${path} with ${answer.status}: ${text}`);
	const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(answer.headers.getSetCookie()[0] ?? '') ?? [];
	const [browser = ''] = (answer.headers.getSetCookie()[1] ?? '').split(';');
	return { body: text === '' ? {} : JSON.parse(text), cookie: { name, value }, browser };
}
