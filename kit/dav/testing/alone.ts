// For tests: a server of an app by itself, with nobody behind it, as everybody asks it by HTTP.
import { type Service, serviceIdentity } from '@mana/service';
import type { AccessRow, Principal } from '@mana/service/testing/authorisation';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ORIGIN = 'https://mana.example';
const SECRET = 'a secret that only tests of servers know';

export interface Alone extends AsyncDisposable {
	/** The service's own list of routes. */
	document(): Promise<unknown>;
	/** Asks as a principal. @param query with the question mark; empty for none @returns the status */
	ask(row: Pick<AccessRow, 'method' | 'path' | 'body'>, principal: Principal, query?: string): Promise<number>;
}

/** Starts a server whose neighbours are not there, with a token for everybody. */
export async function startAlone(service: Service): Promise<Alone> {
	const home = await mkdtemp(join(tmpdir(), `mana-${service.name}-`));
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	const auth = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(keys) });
	const nobody = `http://127.0.0.1:${auth.port}/nobody`;
	const running = await service.start({
		port: 0,
		home,
		databaseUrl: undefined,
		publicUrl: ORIGIN,
		env: { MANA_AUTH_SECRET: SECRET },
		logLevel: 'silent',
		addresses: { 'mana-auth': `http://127.0.0.1:${auth.port}`, 'mana-sync': nobody, 'mana-user': nobody, 'mana-notify': nobody },
	});
	const tokens = new Map<Principal, string>();
	const token = (role: string, seconds: number) =>
		new SignJWT({ sid: `session of ${role}`, name: role, email: `${role}@mana.example`, role })
			.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
			.setSubject(`some ${role}`)
			.setIssuer(ORIGIN)
			.setAudience('mana')
			.setIssuedAt()
			.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
			.sign(privateKey);
	for (const role of ['guest', 'member', 'admin', 'owner'] as const) tokens.set(role, await token(role, 600));
	for (const ended of ['expired', 'revoked'] as const) tokens.set(ended, await token('member', -60));
	const stranger = serviceIdentity(() => SECRET, 'mana-stranger', { now: () => Date.now() });
	tokens.set('foreign service', await stranger.token(service.name));
	return {
		document: async () => (await fetch(`${running.url}/openapi.json`)).json(),
		async ask({ method, path, body }, principal, query = '') {
			const own = tokens.get(principal);
			const { status } = await fetch(`${running.url}${path.replace(':id', 'stranger')}${query}`, {
				method,
				headers: {
					'x-forwarded-for': `192.0.2.${principal.length}`,
					...(own === undefined ? {} : { authorization: `Bearer ${own}` }),
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			return status;
		},
		async [Symbol.asyncDispose]() {
			await running.close();
			await auth.stop(true);
			await rm(home, { recursive: true });
		},
	};
}
