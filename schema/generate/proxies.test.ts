import 'reflect-metadata'; // asked for by @peculiar/x509
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { findTool } from '../../cli/setup/tools.mjs';
import { deploymentOf } from '../deployment.ts';
import { freeOffset } from '../offsets.ts';
import { type HostPlan, planNamed } from '../plans.ts';
import { portOf } from '../services.ts';
import { caddy } from './caddy.ts';
import { allBuilt, asItStands, bothDays, judge, livingPlans, root, textOf, written } from './judged.fixture.ts';
import { nginx } from './nginx.ts';

const caddyFile = findTool(root, 'caddy');
const nginxFile = findTool(root, 'nginx');
const folder = mkdtempSync(join(tmpdir(), 'mana-proxies-'));
const held = await freeOffset();
afterAll(() => {
	rmSync(folder, { recursive: true });
	held.close();
});

/** Names with the address that each leads to, as the two files say it. */
const readers = {
	caddy: (text: string) =>
		[...text.matchAll(/^(\S+) \{$[\s\S]*?\n\treverse_proxy (\S+) \{/gm)].map(([, name, target]) => [name, target]),
	nginx: (text: string) =>
		[...text.matchAll(/server_name (\S+);\n\s+ssl_certificate [\s\S]*?proxy_pass http:\/\/(\S+);/g)].map(([, name, target]) => [
			name,
			target,
		]),
} as const;

describe.each(bothDays)('the routes %s', (_, facts) => {
	test.each(livingPlans.map(({ name }) => name))('of %s are those of the plan, in both files', (name) => {
		const plan = planNamed(name);
		const deployed = deploymentOf(plan, facts.services);
		const names = plan.publicNames.length > 0 ? plan.publicNames : [{ name: 'localhost', service: 'mana-web' as const }];
		const expected = names.flatMap((route) => {
			const found = deployed.find(({ row }) => row.name === route.service);
			const hub = deployed.find(({ row }) => row.name === 'mana-web');
			return found ? [[route.name, `${found.host === hub?.host ? '127.0.0.1' : found.host.address}:${found.ports[0].port}`]] : [];
		});
		expect(readers.caddy(textOf(caddy, facts, `deploy/${name}/Caddyfile`))).toEqual(expected);
		expect(readers.nginx(textOf(nginx, facts, `deploy/${name}/nginx.conf`))).toEqual(expected);
		expect(expected.length).toBeGreaterThan(0);
	});
});

test('a name that leads to another port of a service than its main one is led there', () => {
	const facts = {
		...allBuilt,
		plans: [
			{ ...planNamed('default'), publicNames: [{ name: 'buckets.example.org', service: 'minio', port: 'console' } as const] },
		],
	};
	const console = `127.0.0.1:${portOf('minio', 'console')}`;
	expect(readers.caddy(textOf(caddy, facts, 'deploy/default/Caddyfile'))).toEqual([['buckets.example.org', console]]);
	expect(readers.nginx(textOf(nginx, facts, 'deploy/default/nginx.conf'))).toEqual([['buckets.example.org', console]]);
});

const certificate = await selfSigned();

/** The file as it is generated, with this test's ports, on loopback, and with a certificate that is there. */
function nginxHere(text: string, httpPort: number, httpsPort: number): string {
	return text
		.replaceAll(/^.*listen \[::\].*\n/gm, '')
		.replaceAll(/listen (?:127\.0\.0\.1:)?80\b/g, `listen 127.0.0.1:${httpPort}`)
		.replaceAll(/listen (?:127\.0\.0\.1:)?443\b/g, `listen 127.0.0.1:${httpsPort}`)
		.replaceAll(/ssl_certificate \S+;/g, `ssl_certificate ${certificate.cert};`)
		.replaceAll(/ssl_certificate_key \S+;/g, `ssl_certificate_key ${certificate.key};`)
		.replace('http {', `http {\n\taccess_log off;\n${tempFolders()}`)
		.replace('events {}', `pid ${join(folder, 'nginx.pid')};\nevents {}`);
}

function tempFolders(): string {
	return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		.map((kind) => `\t${kind}_temp_path ${join(folder, kind)};\n`)
		.join('');
}

/** The same for Caddy: what a person's own global options would say. */
function caddyHere(text: string, httpPort: number, httpsPort: number): string {
	const options = [
		'admin off',
		`http_port ${httpPort}`,
		`https_port ${httpsPort}`,
		'default_bind 127.0.0.1',
		'local_certs',
		'skip_install_trust',
	];
	return `{\n${options.map((option) => `\t${option}\n`).join('')}}\n${text}`;
}

describe.each(bothDays)('judged by its reader, %s', (_, facts) => {
	test.skipIf(!caddyFile).each(livingPlans.map(({ name }) => name))(
		'Caddy accepts the Caddyfile of %s, and would not write it otherwise',
		(name) => {
			using files = written(caddy, facts);
			const file = join(files.folder, `deploy/${name}/Caddyfile`);
			const verdict = judge('caddy')?.('validate', '--adapter', 'caddyfile', '--config', file);
			expect(verdict?.ok, verdict?.said).toBe(true);
			expect(judge('caddy')?.('fmt', file).said).toBe(textOf(caddy, facts, `deploy/${name}/Caddyfile`));
		},
	);

	test.skipIf(!nginxFile).each(livingPlans.map(({ name }) => name))(
		'nginx accepts the nginx.conf of %s without a warning',
		(name) => {
			const file = join(folder, `${name}.conf`);
			writeFileSync(
				file,
				nginxHere(
					textOf(nginx, facts, `deploy/${name}/nginx.conf`),
					portOf('mana-auth') + held.offset,
					portOf('mana-sync') + held.offset,
				),
			);
			const verdict = judge('nginx')?.('-e', 'stderr', '-t', '-q', '-p', folder, '-c', file);
			expect(verdict).toEqual({ ok: true, said: '' });
		},
	);
});

interface Proxy {
	readonly name: string;
	readonly file: string | null;
	/** Starts it on two ports and answers when it serves. */
	readonly start: (plan: HostPlan, httpPort: number, httpsPort: number) => Promise<Bun.Subprocess>;
}

const proxies: readonly Proxy[] = [
	{
		name: 'Caddy',
		file: caddyFile,
		start(plan, httpPort, httpsPort) {
			const file = join(folder, 'Caddyfile');
			writeFileSync(
				file,
				caddyHere(textOf(caddy, { ...asItStands, plans: [plan] }, `deploy/${plan.name}/Caddyfile`), httpPort, httpsPort),
			);
			return serving(
				[caddyFile ?? '', 'run', '--adapter', 'caddyfile', '--config', file],
				['certificate obtained successfully', 'serving initial configuration'],
			);
		},
	},
	{
		name: 'nginx',
		file: nginxFile,
		start(plan, httpPort, httpsPort) {
			const file = join(folder, 'nginx.conf');
			writeFileSync(
				file,
				nginxHere(textOf(nginx, { ...asItStands, plans: [plan] }, `deploy/${plan.name}/nginx.conf`), httpPort, httpsPort),
			);
			const settings = `daemon off; error_log stderr notice;${process.getuid?.() === 0 ? ' user root;' : ''}`;
			return serving([nginxFile ?? '', '-e', 'stderr', '-p', folder, '-c', file, '-g', settings], ['start worker process ']);
		},
	},
];

describe.each(proxies)('$name, started with its file before a service', ({ file, start }) => {
	test.skipIf(!file)('passes on requests and sockets, says who asks, and keeps to itself what is not for outside', async () => {
		const seen: string[] = [];
		using service = upstream(seen);
		const ports = { http: portOf('mana-auth') + held.offset, https: portOf('mana-sync') + held.offset };
		const plan: HostPlan = {
			...planNamed('default'),
			placements: planNamed('default').placements.map((placement) =>
				placement.service === 'mana-web' ? { ...placement, ports: { main: service.port ?? 0 } } : placement,
			),
			publicNames: [{ name, service: 'mana-web' }],
		};
		const proxy = await start(plan, ports.http, ports.https);
		try {
			const answer = await ask(ports.https, '/notes?x=1', {
				'x-forwarded-for': '203.0.113.7',
				'x-forwarded-host': 'evil.example',
			});
			expect(answer.status).toBe(200);
			expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
			expect(JSON.parse(answer.body)).toMatchObject({
				path: '/notes?x=1',
				headers: { host: name, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': name, 'x-forwarded-proto': 'https' },
			});

			const socket = new WebSocket(`wss://127.0.0.1:${ports.https}/api/mana-sync/socket`, {
				headers: { host: name, 'x-forwarded-for': '203.0.113.7' },
				tls: { rejectUnauthorized: false, serverName: name },
			});
			const first = await nextMessage(socket);
			expect(JSON.parse(first)).toMatchObject({ host: name, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
			socket.send('hello');
			expect(await nextMessage(socket)).toBe('hello');
			socket.close();

			const before = seen.length;
			for (const path of ['/metrics', '/api/mana-sync/metrics'])
				expect([path, (await ask(ports.https, path)).status]).toEqual([path, 404]);
			expect(seen.length).toBe(before);
			expect((await ask(ports.https, '/api/mana-sync/metrics/of-a-person')).status).toBe(200);

			const plain = await fetch(`http://127.0.0.1:${ports.http}/todo?a=b`, { headers: { host: name }, redirect: 'manual' });
			expect([301, 308]).toContain(plain.status);
			expect(plain.headers.get('location')).toMatch(new RegExp(`^https://${name}(:${ports.https})?/todo\\?a=b$`));
			await expect(ask(ports.https, '/', {}, 'other.example.org')).rejects.toThrow();
		} finally {
			proxy.kill('SIGTERM');
			await proxy.exited;
		}
	});
});

const name = 'mana.example.org';

/** A service that answers with what reached it. */
function upstream(seen: string[]): Bun.Server<Record<string, string>> {
	return Bun.serve<Record<string, string>>({
		hostname: '127.0.0.1',
		port: 0,
		fetch(request, server) {
			const { pathname, search } = new URL(request.url);
			const headers = Object.fromEntries(request.headers);
			seen.push(pathname);
			if (server.upgrade(request, { data: headers })) return undefined;
			return Response.json({ path: pathname + search, headers }, { headers: { 'strict-transport-security': 'max-age=1' } });
		},
		websocket: {
			open: (socket) => void socket.send(JSON.stringify(socket.data)),
			message: (socket, text) => void socket.send(text),
		},
	});
}

/** Starts a program and waits until it has said all that shows that it serves. It is listened to until its end. */
async function serving(cmd: string[], says: readonly string[]): Promise<Bun.Subprocess> {
	const env = { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
	const child = Bun.spawn({ cmd, env, stdout: 'ignore', stderr: 'pipe' });
	const serves = Promise.withResolvers<void>();
	const listening = (async () => {
		let told = '';
		for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
			told += part;
			if (says.every((words) => told.includes(words))) serves.resolve();
		}
		serves.reject(new Error(`${cmd[0]} ended before it served: ${told}`));
	})();
	await Promise.race([serves.promise, listening.then(() => serves.promise)]);
	return child;
}

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

function ask(port: number, path: string, headers: Record<string, string> = {}, host = name): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const options = {
			host: '127.0.0.1',
			port,
			path,
			servername: host,
			headers: { host, ...headers },
			rejectUnauthorized: false,
			agent: false,
		};
		request(options, (response) => {
			let body = '';
			response.setEncoding('utf8');
			response.on('data', (part: string) => (body += part));
			response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		})
			.on('error', reject)
			.end();
	});
}

function nextMessage(socket: WebSocket): Promise<string> {
	return new Promise((resolve, reject) => {
		socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
		socket.addEventListener('error', (event) => reject(new Error((event as ErrorEvent).message)), { once: true });
	});
}

async function selfSigned(): Promise<{ readonly cert: string; readonly key: string }> {
	const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
	const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const made = await X509CertificateGenerator.createSelfSigned({
		name: 'CN=mana.example.org',
		keys,
		signingAlgorithm: algorithm,
	});
	const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
	writeFileSync(files.cert, made.toString('pem'));
	writeFileSync(files.key, PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'), {
		mode: 0o600,
	});
	return files;
}
