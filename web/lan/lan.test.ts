import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@mana/service';
import { lanAddresses, lanNames } from './addresses.ts';
import { type HubCertificate, hubCertificate } from './authority.ts';
import { type LanFront, openLanFront } from './front.ts';

const home = mkdtempSync(join(tmpdir(), 'mana-lan-'));
const now = new Date('2026-11-23T12:00:00Z');
const day = 86_400_000;
const silenceMs = 150;
let certificate: HubCertificate;
let front: LanFront;
let port: string;

beforeAll(async () => {
	certificate = await hubCertificate(home, ['192.168.1.5', 'box.local'], new Date());
	front = await openLanFront({
		addresses: ['127.0.0.1'],
		port: 0,
		publicUrl: new URL('https://192.168.1.5:1'),
		certificate,
		log: createLogger('mana-web', 'silent'),
		silenceMs,
		fetch: async (request, connection) => {
			if (request.headers.has('upgrade'))
				return connection.upgrade({}) ? new Response(null) : new Response(null, { status: 400 });
			return Response.json({ ip: connection.ip, path: new URL(request.url).pathname, bytes: (await request.bytes()).byteLength });
		},
		websocket: { message: (socket, message) => void socket.send(message) },
	});
	port = front.listening[0]?.split(':').at(-1) ?? '';
});
afterAll(async () => {
	await front.close();
	rmSync(home, { recursive: true });
});

describe('the certificate', () => {
	test('is for the names it is given and this machine, signed by an authority of its own', () => {
		const [leaf, authority] = [new X509Certificate(certificate.cert), new X509Certificate(certificate.authority)];
		expect(leaf.verify(authority.publicKey)).toBe(true);
		for (const name of ['localhost', 'box.local']) expect(leaf.checkHost(name)).toBe(name);
		for (const address of ['127.0.0.1', '192.168.1.5']) expect(leaf.checkIP(address)).toBe(address);
		expect(leaf.ca).toBe(false);
		expect(authority.ca).toBe(true);
		expect(certificate.fingerprint).toBe(authority.fingerprint256);
	});

	test('keeps its keys to itself', () => {
		for (const file of ['authority.key', 'hub.key']) expect(statSync(join(home, 'tls', file)).mode & 0o777).toBe(0o600);
	});

	test('stays until its names change or its end is near; the authority stays always', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'mana-ca-'));
		try {
			const first = await hubCertificate(folder, ['192.168.1.5'], now);
			const again = await hubCertificate(folder, ['192.168.1.5'], new Date(now.getTime() + 300 * day));
			const moved = await hubCertificate(folder, ['192.168.1.6'], now);
			const late = await hubCertificate(folder, ['192.168.1.6'], new Date(now.getTime() + 350 * day));
			expect(again.cert).toBe(first.cert);
			expect(moved.cert).not.toBe(first.cert);
			expect(late.cert).not.toBe(moved.cert);
			expect(new Set([first, again, moved, late].map((made) => made.authority)).size).toBe(1);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	test('is accepted by OpenSSL for local names; the authority is not for names of the internet', async () => {
		const foreign = await hubCertificate(home, ['mana.example.com'], new Date());
		expect(await opensslVerify(certificate)).toContain('OK');
		expect(await opensslVerify(foreign)).toContain('permitted subtree violation');
	});
});

describe('the one port on the local network', () => {
	test('leads https to the hub and says who asks', async () => {
		const answer = await fetch(`https://localhost:${port}/api/x`, {
			method: 'POST',
			body: new Uint8Array(2_000_000),
			tls: { ca: certificate.authority },
		});
		expect(await answer.json()).toEqual({ ip: '127.0.0.1', path: '/api/x', bytes: 2_000_000 });
	});

	test('carries sockets', async () => {
		const socket = new WebSocket(`wss://localhost:${port}/socket`, { tls: { ca: certificate.authority } });
		const answer = new Promise((resolve, reject) => {
			socket.addEventListener('open', () => socket.send('hello'));
			socket.addEventListener('message', (event) => resolve(event.data));
			socket.addEventListener('error', reject);
		});
		expect(await answer).toBe('hello');
		socket.close();
	});

	test('does not tell the network its metrics', async () => {
		for (const path of ['/metrics', '/%6detrics', '/metrics?x'])
			expect((await fetch(`https://localhost:${port}${path}`, { tls: { ca: certificate.authority } })).status).toBe(404);
	});

	test('explains over http how to trust it, and gives the certificate', async () => {
		const page = await fetch(`http://localhost:${port}/todo`, { redirect: 'manual' });
		const text = await page.text();
		expect(text).toContain(certificate.fingerprint);
		expect(text).toContain('<svg class="qr"');
		expect(text).toContain('https://192.168.1.5:1/health/live');
		expect(page.headers.get('content-security-policy')).toContain('connect-src https://192.168.1.5:1');
		const file = await fetch(`http://localhost:${port}/mana-authority.crt`);
		expect(file.headers.get('content-type')).toBe('application/x-x509-ca-cert');
		expect(await file.text()).toBe(certificate.authority);
	});

	test('survives whoever says nothing or nonsense', async () => {
		for (const bytes of [[], [0x16], [0x00, 0xff], [0x16, 0x03, 0x01, 0xff, 0xff, 1]]) {
			const socket = await Bun.connect({ hostname: '127.0.0.1', port: Number(port), socket: { data() {} } });
			socket.write(new Uint8Array(bytes));
			socket.end();
		}
		expect((await fetch(`http://localhost:${port}/health/live`)).status).toBe(200);
	});

	test('lets go of whoever only holds a connection, and of nobody who has said something', async () => {
		const closed = (first: string) =>
			new Promise<boolean>((resolve) => {
				const socket = connect(Number(port), '127.0.0.1', () => socket.write(first));
				socket.on('close', () => resolve(true));
				setTimeout(() => (resolve(false), socket.destroy()), 4 * silenceMs);
			});
		expect(await closed('')).toBe(true);
		expect(await closed('GET / HTTP/1.1\r\n')).toBe(false);
	});
});

describe('addresses', () => {
	const at = (address: string, internal = false) =>
		[{ address, internal, family: 'IPv4', netmask: '', mac: '', cidr: null }] as const;

	test('are those of home first, without containers and tunnels', () => {
		const interfaces = {
			lo: at('127.0.0.1', true),
			docker0: at('172.17.0.1'),
			eth0: at('10.0.0.7'),
			wlan0: at('192.168.1.5'),
			wg0: at('10.9.0.1'),
			eth1: at('203.0.113.9'),
		};
		expect(lanAddresses(interfaces as unknown as ReturnType<typeof networkInterfaces>)).toEqual([
			'192.168.1.5',
			'10.0.0.7',
			'203.0.113.9',
		]);
	});

	test('include the name by which neighbours find it', () => {
		expect(lanNames('Box.fritz.box')).toEqual(['box.local']);
		expect(lanNames('localhost')).toEqual([]);
	});
});

async function opensslVerify({ cert, authority }: HubCertificate): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'mana-verify-'));
	try {
		await Bun.write(join(folder, 'ca.crt'), authority);
		await Bun.write(join(folder, 'hub.crt'), cert);
		const { stdout, stderr } = Bun.spawnSync({
			cmd: ['openssl', 'verify', '-CAfile', join(folder, 'ca.crt'), join(folder, 'hub.crt')],
		});
		return `${stdout.toString()}${stderr.toString()}`;
	} finally {
		rmSync(folder, { recursive: true });
	}
}
