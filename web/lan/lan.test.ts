import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, isDirect } from '@mana/service';
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
			if (request.url.endsWith('/told')) return Response.json({ outside: !isDirect(request.headers) });
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

	test('is taken for outside by the hub, whatever address it is called by', async () => {
		const answer = await fetch(`https://127.0.0.1:${port}/told`, { tls: { ca: certificate.authority } });
		expect(((await answer.json()) as { outside: boolean }).outside).toBe(true);
		expect((await fetch(`https://localhost:${port}/health/needs`, { tls: { ca: certificate.authority } })).status).toBe(404);
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

	test('shows the steps of the system that asks, and folds the others', async () => {
		const agents = {
			ios: 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148 Safari/604.1',
			android: 'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36',
			macos: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15',
			windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36',
			linux: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36',
			firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0',
		};
		for (const language of ['en', 'de'])
			for (const [system, agent] of Object.entries(agents)) {
				const headers = { 'user-agent': agent, 'accept-language': language };
				const text = await (await fetch(`http://localhost:${port}/`, { headers })).text();
				const open = [...text.matchAll(/<section id="(\w+)">/g)].map(([, id]) => id);
				const folded = [...text.matchAll(/<details id="(\w+)">/g)].map(([, id]) => id);
				expect([open, folded.toSorted()]).toEqual([
					[system],
					Object.keys(agents)
						.filter((other) => other !== system)
						.sort(),
				]);
			}
		const unknown = await (await fetch(`http://localhost:${port}/`, { headers: { 'user-agent': 'Lynx' } })).text();
		expect([unknown.includes('<section'), unknown.match(/<details/g)?.length]).toEqual([false, 6]);
	});

	test('gives Apple’s phones a profile with the authority and nothing else, the same each time', async () => {
		const ask = () => fetch(`http://localhost:${port}/mana.mobileconfig`);
		const file = await ask();
		expect(file.headers.get('content-type')).toBe('application/x-apple-aspen-config');
		expect(file.headers.get('content-disposition')).toContain('filename="mana.mobileconfig"');
		const profile = await file.text();
		expect(await (await ask()).text()).toBe(profile);
		const [outer] = readPlist(profile);
		expect(outer).toMatchObject({ PayloadType: 'Configuration', PayloadVersion: 1, PayloadRemovalDisallowed: false });
		const [payload, ...others] = (outer?.['PayloadContent'] ?? []) as Plist[];
		expect(others).toEqual([]);
		expect(payload).toMatchObject({ PayloadType: 'com.apple.security.root', PayloadVersion: 1 });
		const inside = new X509Certificate(Buffer.from(String(payload?.['PayloadContent']), 'base64'));
		expect(inside.fingerprint256).toBe(certificate.fingerprint);
		const ids = [outer, payload].map((dict) => String(dict?.['PayloadUUID']));
		expect(new Set(ids).size).toBe(2);
		for (const id of ids) expect(id).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-A[0-9A-F]{3}-[0-9A-F]{12}$/);
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

describe('an address without the hub’s port', () => {
	test('is answered beside it, and the page that explains is at the hub’s', async () => {
		const [hubPort, publicPort] = [await freePort(), await freePort()];
		const named = await openLanFront({
			addresses: ['127.0.0.1'],
			port: hubPort,
			publicUrl: new URL(`https://mana.local:${publicPort}`),
			certificate,
			log: createLogger('mana-web', 'silent'),
			fetch: () => new Response('the hub'),
			websocket: { message: () => {} },
		});
		try {
			expect(named.listening).toEqual([`127.0.0.1:${hubPort}`, `127.0.0.1:${publicPort}`]);
			for (const open of [hubPort, publicPort]) {
				expect(await (await fetch(`https://localhost:${open}/`, { tls: { ca: certificate.authority } })).text()).toBe('the hub');
				expect(await (await fetch(`http://localhost:${open}/`)).text()).toContain(`<code>http://mana.local:${hubPort}</code>`);
			}
		} finally {
			await named.close();
		}
	});
});

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}

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

interface Plist {
	readonly [key: string]: unknown;
}

/** The dictionaries of a property list at its top, strictly: what does not fit its DTD ends the reading. */
function readPlist(xml: string): Plist[] {
	const tokens = xml.slice(xml.indexOf('<plist version="1.0">') + 21, xml.indexOf('</plist>')).match(/<[^>]+>|[^<]+/g) ?? [];
	const words = tokens.map((token) => token.trim()).filter(Boolean);
	const take = (wanted?: string): string => {
		const word = words.shift() ?? '';
		if (wanted !== undefined && word !== wanted) throw new Error(`"${word}" where ${wanted} belongs`);
		return word;
	};
	const value = (): unknown => {
		const tag = take();
		if (tag === '<true/>' || tag === '<false/>') return tag === '<true/>';
		if (tag === '<dict>') {
			const dict: Record<string, unknown> = {};
			while (words[0] !== '</dict>') {
				take('<key>');
				const key = take();
				take('</key>');
				dict[key] = value();
			}
			take('</dict>');
			return dict;
		}
		if (tag === '<array>') {
			const items: unknown[] = [];
			while (words[0] !== '</array>') items.push(value());
			take('</array>');
			return items;
		}
		const text = take();
		take(tag.replace('<', '</'));
		if (!['<string>', '<data>', '<integer>'].includes(tag)) throw new Error(`${tag} is no value`);
		return tag === '<integer>' ? Number(text) : text;
	};
	const all: Plist[] = [];
	while (words.length > 0) all.push(value() as Plist);
	return all;
}

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
