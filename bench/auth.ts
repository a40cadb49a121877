import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeOffset } from '@mana/schema/offsets';
import { addressFor, readInstance, verifier } from '@mana/service';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { hashPassword, verifyPassword } from '../core/auth/passwords.ts';
import { type Bench, type Figure, percentile } from './bench.ts';
import { processMb } from './stack.ts';

const root = join(import.meta.dir, '..');
const owner = { email: 'bench@mana.test', password: 'a long enough password' };
/** At once: as many as there are threads that hash. */
const atOnce = 4;
const measuredMs = 4_000;

/** mana-auth alone: beside better-auth's own handler for sign-ins, beside jose for tokens, each in the same run. */
export const auth: Bench = {
	name: 'mana-auth',
	async run(report) {
		const starts: number[] = [];
		for (let round = 0; round < 5; round++) {
			const service = await startAuthProcess();
			starts.push(service.startMs / 1000);
			if (round === 4) {
				await Bun.sleep(3_000);
				report({ name: 'idle memory', value: service.memoryMb(), unit: 'MB', aim: { most: 150 }, note: 'proportional set size' });
				await signIns(service, report);
			}
			await service.stop();
		}
		report({ name: 'cold start, median of 5', value: percentile(starts, 0.5), unit: 's', aim: { most: 1 }, note: 'to ready' });
		await tokenChecks(report);
	},
};

interface AuthProcess {
	readonly url: string;
	readonly publicUrl: string;
	readonly home: string;
	readonly startMs: number;
	memoryMb(): number;
	stop(): Promise<void>;
}

async function startAuthProcess(): Promise<AuthProcess> {
	const home = mkdtempSync(join(tmpdir(), 'mana-bench-'));
	const held = await freeOffset();
	const publicUrl = 'http://mana.localhost';
	const env = { MANA_HOME: home, MANA_PORT_OFFSET: String(held.offset), MANA_PUBLIC_URL: publicUrl, MANA_LOG: 'error' };
	const url = addressFor('mana-auth', readInstance(env));
	const began = performance.now();
	const child = spawn(process.execPath, [join(root, 'core/auth/index.ts')], { cwd: root, env: { ...process.env, ...env } });
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	while (!(await isReady(url))) await Bun.sleep(5);
	const startMs = performance.now() - began;
	return {
		url,
		publicUrl,
		home,
		startMs,
		memoryMb: () => processMb(child.pid!),
		async stop() {
			child.kill('SIGTERM');
			await ended;
			held.close();
			rmSync(home, { recursive: true, force: true });
		},
	};
}

async function isReady(url: string): Promise<boolean> {
	try {
		return (await fetch(`${url}/health/ready`)).ok;
	} catch {
		// Nobody listens yet.
		return false;
	}
}

/** Ours over HTTP with everything that guards it, and on a disk that is waited for; theirs in this process, in memory, with the same cost of Argon2id and nothing else. */
async function signIns({ url, publicUrl, home }: AuthProcess, report: (figure: Figure) => void): Promise<void> {
	const token = new URL(readFileSync(join(home, 'run/setup-link'), 'utf8').trim()).hash.replace('#token=', '');
	const send = (path: string, body: object, from: number, cookie = '') =>
		fetch(`${url}${path}`, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				origin: publicUrl,
				'x-forwarded-for': `10.${(from >> 16) & 255}.${(from >> 8) & 255}.${from & 255}`,
				cookie,
			},
			body: JSON.stringify(body),
		});
	await send('/setup', { ...owner, token, name: 'Bench', language: 'en' }, 0);
	const signIn = async (n: number, browser = ''): Promise<string> => {
		const answer = await send('/sign-in', owner, n, browser);
		if (!answer.ok) throw new Error(`Sign-in ${n}: ${answer.status} ${await answer.text()}`);
		return (
			answer.headers
				.getSetCookie()
				.find((cookie) => cookie.includes('-browser='))
				?.split(';')[0] ?? ''
		);
	};
	const browser = await signIn(1);
	const ours = await rate(async (n) => void (await signIn(n, browser)), atOnce);
	const strangers = await rate(async (n) => void (await signIn(n)), atOnce);

	const peer = betterAuth({
		baseURL: publicUrl,
		secret: 'a secret of at least thirty-two characters',
		database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
		rateLimit: { enabled: false },
		emailAndPassword: {
			enabled: true,
			password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
		},
	});
	const ask = (path: string, body: object) =>
		peer.handler(
			new Request(`${publicUrl}/api/auth${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', origin: publicUrl },
				body: JSON.stringify(body),
			}),
		);
	await ask('/sign-up/email', { ...owner, name: 'Bench' });
	const theirs = await rate(async () => {
		const answer = await ask('/sign-in/email', owner);
		if (!answer.ok) throw new Error(`better-auth: ${answer.status}`);
	}, atOnce);
	const hash = await hashPassword(owner.password);
	const bare = await rate(async () => void (await verifyPassword(hash, owner.password)), atOnce);
	const note = `Argon2id 19 MiB, 2 passes; ${atOnce} at once; better-auth's handler alone ${theirs.toFixed(1)}/s, the hash alone ${bare.toFixed(1)}/s`;
	report({ name: 'sign-ins in a known browser', value: ours, unit: '/s', note });
	report({ name: 'sign-ins, each in a new browser', value: strangers, unit: '/s', note: 'of each the person is told' });
}

async function tokenChecks(report: (figure: Figure) => void): Promise<void> {
	const clock = { now: () => Date.now() };
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'EdDSA' }] };
	const text = await new SignJWT({ sid: 's', name: 'Ada', email: 'ada@mana.test', role: 'owner' })
		.setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ: 'JWT' })
		.setSubject('ada')
		.setIssuer('http://mana.localhost')
		.setAudience('mana')
		.setExpirationTime('1h')
		.sign(privateKey);
	const verify = verifier({ keys, issuer: 'http://mana.localhost', audience: 'mana', clock });
	const options = { algorithms: ['EdDSA'], issuer: 'http://mana.localhost', audience: 'mana' };
	const ours = await rate(async () => void (await verify(text)), 1);
	const theirs = await rate(async () => void (await jwtVerify(text, publicKey, options)), 1);
	report({
		name: 'token checks',
		value: ours,
		unit: '/s',
		note: `EdDSA, one after the other; jose alone ${Math.round(theirs).toLocaleString('en')}/s`,
	});
}

/** How often something is done in a second. @param work gets the number of the time */
async function rate(work: (n: number) => Promise<void>, side: number): Promise<number> {
	let done = 0;
	const began = performance.now();
	const until = began + measuredMs;
	await Promise.all(
		Array.from({ length: side }, async () => {
			while (performance.now() < until) await work(++done);
		}),
	);
	return done / ((performance.now() - began) / 1000);
}
