import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import { callerAddress, type Connection, type ServiceEnv } from './request.ts';
import { serviceIdentity } from './service-token.ts';
import { hubHeader, hubProofs, knowHub } from './via-hub.ts';

const clock = { at: Date.UTC(2026, 0, 1), now: () => clock.at };
const identity = (name: string, secret = 'the secret of this Mana') => serviceIdentity(() => secret, name, clock);
const service = identity('mana-auth');
const app = new Hono<ServiceEnv>().get('/', (c) => c.text(callerAddress(c)));

/** Who asks, for a service to which a peer passes a request on. */
async function asker(
	peer: string,
	proof: string | null,
	forwarded: string | null = '203.0.113.7, 198.51.100.4',
): Promise<string> {
	const headers = new Headers();
	if (proof !== null) headers.set(hubHeader, proof);
	if (forwarded !== null) headers.set('x-forwarded-for', forwarded);
	const connection: Connection = { ip: peer, upgrade: () => false };
	const request = new Request('http://mana.example/', { headers });
	return (await app.fetch(request, await knowHub(headers, connection, service))).text();
}

test('a hub on another machine that proves to be it says who asks', async () => {
	expect(await asker('10.0.0.2', await identity('mana-web').token('mana-auth'))).toBe('198.51.100.4');
});

test('whoever else is there is who asks, whatever they say', async () => {
	expect(await asker('10.0.0.2', null)).toBe('10.0.0.2');
	for (const proof of [
		'',
		'mana-web',
		await identity('mana-web').token('mana-sync'),
		await identity('mana-notify').token('mana-auth'),
		await identity('mana-web', 'another secret').token('mana-auth'),
	])
		expect([proof, await asker('10.0.0.2', proof)]).toEqual([proof, '10.0.0.2']);
	const old = await identity('mana-web').token('mana-auth');
	clock.at += 90_000;
	expect(await asker('10.0.0.2', old)).toBe('10.0.0.2');
});

test('on this machine the hub proves nothing, and what is no address is not taken for one', async () => {
	expect(await asker('127.0.0.1', null)).toBe('198.51.100.4');
	expect(await asker('::1', null, '198.51.100.4:50123')).toBe('198.51.100.4');
	for (const forwarded of [null, '', 'unknown', '198.51.100.4, ', 'evil.example'])
		expect([forwarded, await asker('127.0.0.1', null, forwarded)]).toEqual([forwarded, '127.0.0.1']);
});

test('a proof is made once in half a minute for each service, and counts as long as it is shown', async () => {
	let made = 0;
	const counted = { token: (audience: string) => (made++, identity('mana-web').token(audience)) };
	const proofs = hubProofs(counted, clock);
	const first = await proofs('mana-auth');
	clock.at += 29_999;
	expect(await proofs('mana-auth')).toBe(first);
	expect(await asker('10.0.0.2', first)).toBe('198.51.100.4');
	await proofs('mana-sync');
	expect(made).toBe(2);
	clock.at += 1;
	expect(await proofs('mana-auth')).not.toBe(first);
	// A clock that was put back makes a new one, too: the old one would count for too long.
	clock.at -= 3_600_000;
	expect(await asker('10.0.0.2', await proofs('mana-auth'))).toBe('198.51.100.4');
	expect(made).toBe(4);
});
