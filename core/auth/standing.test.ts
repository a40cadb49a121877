import { afterAll, beforeAll, expect, test } from 'bun:test';
import { signedInMember, signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock } from './testing.ts';

const clock = new TestClock();
let auth: TestAuth;
let owner: TestBrowser;
beforeAll(async () => {
	auth = await startAuth({ clock });
	owner = await signedInOwner(auth);
});
afterAll(() => auth.close());

async function standing(token: string): Promise<[number, unknown]> {
	const { status, body } = await auth.browser().send('GET', '/standing', undefined, { authorization: `Bearer ${token}` });
	return [status, status === 200 ? (body['person'] as { role: string }).role : body['code']];
}

test('a token stands as long as its session, whoever comes with it', async () => {
	const member = await signedInMember(auth, owner, 'grace@mana.example');
	const token = await member.token();
	expect(await standing(token)).toEqual([200, 'member']);
	expect(await standing(await owner.token())).toEqual([200, 'owner']);
	await member.post('/sign-out');
	expect(await standing(token)).toEqual([401, 'session-expired']);
});

test('a token that is over, or none, stands for nobody', async () => {
	const token = await owner.token();
	expect(await standing('')).toEqual([401, 'token-missing']);
	expect(await standing(`${token}x`)).toEqual([401, 'token-invalid']);
	clock.advance(11 * 60_000);
	expect(await standing(token)).toEqual([401, 'token-expired']);
});
