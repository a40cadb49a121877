import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { isPublicAddress, openEgress } from './egress.ts';

let server: ReturnType<typeof Bun.serve>;
const seen: {
	readonly host: string | null;
	readonly path: string;
	readonly method: string;
	readonly authorization: string | null;
	readonly body: string;
}[] = [];
const at = (host: string, path: string) => `http://${host}:${server.port}${path}`;
const here = async () => ['127.0.0.1'];

beforeAll(() => {
	server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const { pathname, searchParams } = new URL(request.url);
			seen.push({
				host: request.headers.get('host'),
				path: pathname,
				method: request.method,
				authorization: request.headers.get('authorization'),
				body: await request.text(),
			});
			if (pathname === '/to')
				return new Response(null, {
					status: Number(searchParams.get('status') ?? 302),
					headers: { location: searchParams.get('url')! },
				});
			if (pathname === '/large') return new Response('x'.repeat(5_000));
			if (pathname === '/slow') return new Promise(() => undefined);
			return new Response('fine', { status: 201, headers: { 'x-said': 'yes' } });
		},
	});
});
afterAll(() => server.stop(true));

describe('what leaves this Mana', () => {
	test('goes to the address that was judged, under the name that was asked for', async () => {
		const reach = openEgress({ allowPrivate: true, lookup: here });
		const { status, headers, body } = await reach(at('hooks.example', '/in'), { method: 'POST', body: 'hello' });
		expect([status, headers.get('x-said'), new TextDecoder().decode(body)]).toEqual([201, 'yes', 'fine']);
		expect(seen.at(-1)).toMatchObject({ host: `hooks.example:${server.port}`, method: 'POST', body: 'hello' });
	});

	test('asks for a name once: what it means a moment later does not matter', async () => {
		let asked = 0;
		const lookup = async () => (++asked === 1 ? ['127.0.0.1'] : []);
		await openEgress({ allowPrivate: true, lookup })(at('rebinding.example', '/in'));
		expect(asked).toBe(1);
	});

	const refused: readonly (readonly [string, string, readonly string[]])[] = [
		['this machine by its address', 'http://127.0.0.1/', []],
		['this machine as a number', 'http://2130706433/', []],
		['this machine in IPv6', 'http://[::1]/', []],
		['this machine as IPv4 in IPv6', 'http://[::ffff:127.0.0.1]/', []],
		['a name that leads inside', 'https://inside.example/', ['10.1.2.3']],
		['a name with one address inside', 'https://both.example/', ['93.184.215.14', '192.168.1.1']],
		['the metadata of a cloud', 'http://169.254.169.254/latest/meta-data', []],
		['an address behind 6to4', 'http://[2002:7f00:1::]/', []],
		['a file', 'file:///etc/passwd', []],
		['a password in the address', 'https://me:secret@hooks.example/', ['93.184.215.14']],
		['no address at all', 'hooks', []],
	];
	for (const [what, url, addresses] of refused)
		test(`never goes to ${what}`, async () => {
			const reach = openEgress({ allowPrivate: false, lookup: async () => addresses });
			await expect(reach(url)).rejects.toMatchObject({ code: 'address-refused' });
		});

	test('is told when a name is nobody’s', async () => {
		await expect(openEgress({ allowPrivate: true, lookup: async () => [] })('https://nobody.example')).rejects.toMatchObject({
			code: 'host-unknown',
		});
	});

	test('is judged again at each redirect, which another origin gets without what proves something', async () => {
		const reach = openEgress({ allowPrivate: true, lookup: here });
		const headers = { authorization: 'Bearer secret' };
		const onward = (status: number, url: string) => at('hooks.example', `/to?status=${status}&url=${encodeURIComponent(url)}`);
		await reach(onward(307, '/in'), { method: 'POST', body: 'again', headers });
		expect(seen.at(-1)).toMatchObject({ path: '/in', method: 'POST', body: 'again', authorization: 'Bearer secret' });
		await reach(onward(302, at('other.example', '/in')), { method: 'POST', body: 'not again', headers });
		expect(seen.at(-1)).toMatchObject({ path: '/in', method: 'GET', body: '', authorization: null });
		await expect(reach(onward(302, 'file:///etc/passwd'))).rejects.toMatchObject({ code: 'address-refused' });
		const inside = async (host: string) => (host === 'hooks.example' ? ['127.0.0.1'] : []);
		await expect(openEgress({ allowPrivate: true, lookup: inside })(onward(302, 'http://nobody.example/'))).rejects.toMatchObject(
			{ code: 'host-unknown' },
		);
	});

	test('ends: after some redirects, some bytes, some time', async () => {
		const reach = openEgress({ allowPrivate: true, lookup: here, maxBytes: 1_000, redirects: 0, timeoutMs: 100 });
		await expect(reach(at('hooks.example', '/to?url=/in'))).rejects.toMatchObject({ code: 'too-many-redirects' });
		await expect(reach(at('hooks.example', '/large'))).rejects.toMatchObject({ code: 'answer-too-large' });
		await expect(reach(at('hooks.example', '/slow'))).rejects.toThrow('timed out');
	});
});

test('an IPv4 address is public exactly when it is in none of the special networks', () => {
	const inside = (ip: number) => {
		const [a, b, c] = [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255];
		return (
			[0, 10, 127].includes(a) ||
			a >= 224 ||
			(a === 100 && b >= 64 && b < 128) ||
			(a === 169 && b === 254) ||
			(a === 172 && b >= 16 && b < 32) ||
			(a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) ||
			(a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
			(a === 203 && b === 0 && c === 113)
		);
	};
	const near = fc
		.constantFrom(
			0x0a000000,
			0x64400000,
			0x7f000000,
			0xa9fe0000,
			0xac100000,
			0xc0000000,
			0xc0000200,
			0xc0586300,
			0xc0a80000,
			0xc6120000,
			0xc6336400,
			0xcb007100,
			0xe0000000,
		)
		.chain((base) => fc.integer({ min: -70_000, max: 70_000 }).map((step) => (base + step) >>> 0));
	fc.assert(
		fc.property(fc.oneof(near, fc.nat(0xffffffff)), (ip) => {
			const text = [24, 16, 8, 0].map((bits) => (ip >>> bits) & 255).join('.');
			expect([text, isPublicAddress(text)]).toEqual([text, !inside(ip)]);
		}),
	);
});
