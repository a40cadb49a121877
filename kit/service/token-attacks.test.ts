// Tokens as attackers make them, after the negative cases of Wycheproof (JWS) and RFC 8725: all are refused, by the one check of
// people's tokens and by that of services' tokens.
import { beforeAll, describe, expect, test } from 'bun:test';
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { serviceIdentity } from './service-token.ts';
import { verifier } from './token.ts';

const issuer = 'https://mana.example';
const clock = { now: () => Date.UTC(2026, 0, 1) };
const seconds = clock.now() / 1000;
const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = ours.publicKey.export({ format: 'jwk' });
const verify = verifier({ keys: { keys: [{ ...jwk, kid: 'one', alg: 'EdDSA', use: 'sig' }] }, issuer, audience: 'mana', clock });

const header = { alg: 'EdDSA', kid: 'one', typ: 'JWT' };
const claims = {
	sid: 's1',
	name: 'Ada',
	email: 'ada@mana.example',
	role: 'owner',
	sub: 'ada',
	iss: issuer,
	aud: 'mana',
	iat: seconds,
	exp: seconds + 600,
};

/** Writes a token by hand, since no library writes what is wrong. @param head as an object, or as the text that stands there */
function token(
	head: object | string,
	body: object | string = claims,
	signature: (input: Buffer) => Buffer = by(ours.privateKey),
): string {
	const input = `${encoded(head)}.${encoded(body)}`;
	return `${input}.${signature(Buffer.from(input)).toString('base64url')}`;
}

function encoded(part: object | string): string {
	return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function by(key: KeyObject, hash: string | null = null): (input: Buffer) => Buffer {
	return (input) => sign(hash, input, key);
}

function macBy(secret: string | Buffer, hash = 'sha256'): (input: Buffer) => Buffer {
	return (input) => createHmac(hash, secret).update(input).digest();
}

async function answerTo(text: string): Promise<unknown> {
	try {
		return await verify(text);
	} catch (error) {
		const { status, code } = error as { status: number; code: string };
		return `${status} ${code}`;
	}
}

const raw = Buffer.from(jwk.x ?? '', 'base64url');
const pem = ours.publicKey.export({ format: 'pem', type: 'spki' });
const der = ours.publicKey.export({ format: 'der', type: 'spki' });
const foreign = theirs.publicKey.export({ format: 'jwk' });
const valid = token(header);
const [h = '', p = '', s = ''] = valid.split('.');
const none = () => Buffer.alloc(0);
/** What exhausts those who read it by calling themselves; as deep as a token may be long, and deeper. */
const deep = `${'['.repeat(2_900)}${']'.repeat(2_900)}`;
const deeper = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
/** Points of small order, and one whose y is written as y + p (RFC 8032 §5.1.3; "Taming the many EdDSAs", table 1). */
const orderEight = Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex');
const twice = Buffer.from('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex');

/** Our signature with the order of the group added to its second half: the same equation, another text (RFC 8032 §5.1.7). */
function raised(input: Buffer): Buffer {
	const signature = by(ours.privateKey)(input);
	const order = 2n ** 252n + 27742317777372353535851937790883648493n;
	const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString('hex')}`) + order;
	return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed()]);
}

/** What is wrong with each, and the token. */
const attacks: Readonly<Record<string, string>> = {
	'alg none, without a signature': token({ ...header, alg: 'none' }, claims, none),
	'alg None': token({ ...header, alg: 'None' }, claims, none),
	'alg NONE, with our signature': token({ ...header, alg: 'NONE' }),
	'alg empty': token({ ...header, alg: '' }),
	'alg missing': token({ kid: 'one', typ: 'JWT' }),
	'alg a number': token({ ...header, alg: 1 }),
	'alg a list': token({ ...header, alg: ['EdDSA'] }),
	'alg in other letters': token({ ...header, alg: 'eddsa' }),
	'HS256 keyed with the bytes of the public key': token({ ...header, alg: 'HS256' }, claims, macBy(raw)),
	'HS256 keyed with its text': token({ ...header, alg: 'HS256' }, claims, macBy(jwk.x ?? '')),
	'HS256 keyed with its PEM': token({ ...header, alg: 'HS256' }, claims, macBy(pem.toString())),
	'HS256 keyed with its DER': token({ ...header, alg: 'HS256' }, claims, macBy(der)),
	'HS256 keyed with its JWK': token({ ...header, alg: 'HS256' }, claims, macBy(JSON.stringify(jwk))),
	'HS512 keyed with the bytes of the public key': token({ ...header, alg: 'HS512' }, claims, macBy(raw, 'sha512')),
	'HS256 keyed with nothing': token({ ...header, alg: 'HS256' }, claims, macBy('')),
	'a MAC that says EdDSA': token(header, claims, macBy(raw)),
	'RS256 of another key': token({ ...header, alg: 'RS256' }, claims, by(rsa.privateKey, 'sha256')),
	'ES256 of another key': token({ ...header, alg: 'ES256' }, claims, by(ec.privateKey, 'sha256')),
	'ES256 of zeros': token({ ...header, alg: 'ES256' }, claims, () => Buffer.alloc(64)),
	'EdDSA of another key': token(header, claims, by(theirs.privateKey)),
	'EdDSA of zeros': token(header, claims, () => Buffer.alloc(64)),
	"EdDSA with its S raised by the group's order": token(header, claims, raised),
	'EdDSA of the neutral point': token(header, claims, () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])),
	'EdDSA of a point of order eight': token(header, claims, () => Buffer.concat([orderEight, Buffer.alloc(32)])),
	'EdDSA of a point that is written in a second way': token(header, claims, () => Buffer.concat([twice, Buffer.alloc(32)])),
	'Ed25519, the newer name (RFC 9864)': token({ ...header, alg: 'Ed25519' }),
	'EdDSA over the payload alone': token(header, claims, () => sign(null, Buffer.from(encoded(claims)), ours.privateKey)),
	'EdDSA over the hash (Ed25519ph without its prefix)': token(header, claims, (input) =>
		sign(null, createHash('sha512').update(input).digest(), ours.privateKey),
	),
	'PS256 of another key': token({ ...header, alg: 'PS256' }, claims, by(rsa.privateKey, 'sha256')),
	'ES256 that says our key': token(
		{ ...header, alg: 'ES256', jwk: ec.publicKey.export({ format: 'jwk' }) },
		claims,
		by(ec.privateKey, 'sha256'),
	),
	'an unknown key id': token({ ...header, kid: 'two' }),
	'a key id that is a path': token({ ...header, kid: '../../dev/null' }),
	'a key id that is SQL': token({ ...header, kid: "one' or '1'='1" }),
	'a key id that is no text': token({ ...header, kid: 1 }),
	'a key id that every object has': token({ ...header, kid: '__proto__' }),
	'a key id that is empty': token({ ...header, kid: '' }),
	'a key id in other letters': token({ ...header, kid: 'ONE' }),
	'a key id with a zero at its end': token({ ...header, kid: 'one\0' }),
	'no key id': token({ alg: 'EdDSA', typ: 'JWT' }),
	'the key in the header': token({ ...header, jwk: foreign }, claims, by(theirs.privateKey)),
	'our key in the header': token({ ...header, jwk }),
	'an address of the key (jku)': token({ ...header, jku: 'https://evil.example/jwks' }, claims, by(theirs.privateKey)),
	'an address of the key (x5u)': token({ ...header, x5u: 'https://evil.example/key.pem' }, claims, by(theirs.privateKey)),
	'a certificate in the header': token({ ...header, x5c: [der.toString('base64')] }, claims, by(theirs.privateKey)),
	'crit with a member that nobody knows': token({ ...header, crit: ['exp2'], exp2: 1 }),
	'crit with nothing in it': token({ ...header, crit: [] }),
	'crit that names what is not there': token({ ...header, crit: ['exp'] }),
	'b64 false (RFC 7797)': token({ ...header, b64: false, crit: ['b64'] }),
	'a compressed payload': token({ ...header, zip: 'DEF' }),
	'a nested token': token({ ...header, cty: 'JWT' }),
	'a member that nobody knows': token({ ...header, extra: 1 }),
	'typ of a service': token({ ...header, typ: 'service+jwt' }),
	'typ of an access token of others': token({ ...header, typ: 'at+jwt' }),
	'no typ': token({ alg: 'EdDSA', kid: 'one' }),
	'alg twice, ours last': token('{"alg":"none","alg":"EdDSA","kid":"one","typ":"JWT"}'),
	'alg twice, ours first': token('{"alg":"EdDSA","alg":"none","kid":"one","typ":"JWT"}'),
	'kid twice': token('{"alg":"EdDSA","kid":"two","kid":"one","typ":"JWT"}'),
	'members in another order': token('{"typ":"JWT","alg":"EdDSA","kid":"one"}'),
	'a member that is written with escapes': token('{"\\u0061lg":"EdDSA","kid":"one","typ":"JWT"}'),
	'a byte order mark before the header': token('\uFEFF{"alg":"EdDSA","kid":"one","typ":"JWT"}'),
	'a header with a prototype of its own': token('{"alg":"none","kid":"one","typ":"JWT","__proto__":{"alg":"EdDSA"}}'),
	'a header as deep as a well': token(deep),
	'a header as deep as a mine': token(deeper),
	'a payload as deep as a mine': token(header, deeper),
	'spaces in the header': token('{ "alg":"EdDSA","kid":"one","typ":"JWT"}'),
	'a header that is no object': token('"EdDSA"'),
	'a header that is null': token('null'),
	'a header that is no JSON': token('{"alg":"EdDSA"'),
	'a header that is no UTF-8': `${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${p}.${s}`,
	'another issuer': token(header, { ...claims, iss: 'https://evil.example' }),
	'an issuer that begins as ours': token(header, { ...claims, iss: `${issuer}.evil.example` }),
	'a list of issuers': token(header, { ...claims, iss: [issuer] }),
	'no issuer': token(header, { ...claims, iss: undefined }),
	'another audience': token(header, { ...claims, aud: 'other' }),
	'no audience': token(header, { ...claims, aud: undefined }),
	'a list of audiences, ours among them': token(header, { ...claims, aud: ['other', 'mana'] }),
	'a list with our audience alone': token(header, { ...claims, aud: ['mana'] }),
	'an audience in other letters': token(header, { ...claims, aud: 'Mana' }),
	'an issuer with a slash more': token(header, { ...claims, iss: `${issuer}/` }),
	'an end that is long gone': token(header, { ...claims, exp: seconds - 600 }),
	'no end': token(header, { ...claims, exp: undefined }),
	'an end that is a text': token(header, { ...claims, exp: String(seconds + 600) }),
	'an end beyond all numbers': token(header, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999')),
	'an end that no clock reaches': token(header, { ...claims, exp: 1e300 }),
	'an end beyond what counts exactly': token(header, { ...claims, exp: 2 ** 53 }),
	'an end after the last day that there is': token(header, { ...claims, exp: 8_640_000_000_001 }),
	'an end that is negative': token(header, { ...claims, exp: -1 }),
	'an end that is no whole second': token(header, { ...claims, exp: seconds + 0.5 }),
	'an end that is nothing': token(header, { ...claims, exp: null }),
	'an end that is a list': token(header, { ...claims, exp: [seconds + 600] }),
	'a beginning that is a text': token(header, { ...claims, nbf: String(seconds) }),
	'an issue that is a text': token(header, { ...claims, iat: 'yesterday' }),
	'a claim that stands twice': token(header, JSON.stringify(claims).replace('"role":', '"role":"guest","role":')),
	'spaces in the payload': token(header, ` ${JSON.stringify(claims)}`),
	'a byte order mark before the payload': token(header, `\uFEFF${JSON.stringify(claims)}`),
	'claims as deep as a well': token(header, deep),
	'claims that are null': token(header, 'null'),
	'claims that a prototype makes': token(header, `{"__proto__":${JSON.stringify(claims)}}`),
	'a person who is a number': token(header, { ...claims, sub: 1 }),
	'a person who is a list': token(header, { ...claims, sub: ['ada'] }),
	'somebody who acts and is nobody': token(header, { ...claims, act: {} }),
	'not valid yet': token(header, { ...claims, nbf: seconds + 60 }),
	'a person who is a service': token(header, { ...claims, sub: 'service:mana-sync' }),
	'no person': token(header, { ...claims, sub: undefined }),
	'a role that there is not': token(header, { ...claims, role: 'root' }),
	'claims that are a list': token(header, '[]'),
	'claims that are no JSON': token(header, 'sub=ada'),
	'another payload under our signature': `${h}.${encoded({ ...claims, role: 'owner', sub: 'eve' })}.${s}`,
	'without its signature': `${h}.${p}.`,
	'without its last part': `${h}.${p}`,
	'with half a signature': `${h}.${p}.${s.slice(0, 43)}`,
	'with a longer signature': `${h}.${p}.${s}AA`,
	'with a part more': `${valid}.${s}`,
	'with five parts, as if it were encrypted': `${h}.${p}.${s}.${s}.${s}`,
	'with padding': `${h}.${p}.${s}==`,
	'with a line break': `${valid}\n`,
	'with a space in front': ` ${valid}`,
	'in plain base64': `${h}.${p}.${s.replaceAll('-', '+').replaceAll('_', '/')}=`,
	'as a JSON document': JSON.stringify({ protected: h, payload: p, signature: s }),
	'with stray bits at its end': `${h}.${p}.${strayEnd(s)}`,
};

/** The same bytes in another text: of the last letter only two bits count. */
function strayEnd(text: string): string {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
	return text.slice(0, -1) + letters[letters.indexOf(text.at(-1) ?? '') ^ 1];
}

test('the token that all of these differ from is believed', async () => {
	expect(await answerTo(valid)).toMatchObject({ id: 'ada', role: 'owner' });
});

describe('refused', () => {
	test.each(Object.entries(attacks))('%s', async (what, text) => {
		expect(text).not.toBe(valid);
		expect([what, await answerTo(text)]).toEqual([what, expect.stringMatching(/^401 token-(invalid|expired)$/)]);
	});

	test('with any byte changed, added or left out', async () => {
		const anywhere = fc.nat(valid.length - 1);
		const change = fc.oneof(
			fc.tuple(anywhere, fc.integer({ min: 1, max: 127 })).map(([at, flip]) => {
				const bytes = Buffer.from(valid);
				bytes[at] = (bytes[at] ?? 0) ^ flip;
				return bytes.toString('latin1');
			}),
			anywhere.map((at) => valid.slice(0, at) + valid.slice(at + 1)),
			anywhere.map((at) => valid.slice(0, at)),
			fc
				.tuple(anywhere, fc.string({ minLength: 1, maxLength: 3 }))
				.map(([at, more]) => valid.slice(0, at) + more + valid.slice(at)),
		);
		await fc.assert(
			fc.asyncProperty(change, async (text) => {
				fc.pre(text !== valid && text !== '');
				expect(await answerTo(text)).toMatch(/^401 /);
			}),
			{ numRuns: 400 },
		);
	});

	test('with any bit of its signature flipped', async () => {
		const signature = Buffer.from(s, 'base64url');
		for (let bit = 0; bit < signature.length * 8; bit++) {
			const flipped = Buffer.from(signature);
			flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
			expect(await answerTo(`${h}.${p}.${flipped.toString('base64url')}`)).toBe('401 token-invalid');
		}
	});
});

describe("a service's token", () => {
	const identity = (name: string, secret = 'the secret of this Mana') => serviceIdentity(() => secret, name, clock);
	const callee = identity('mana-notify');
	let good: string;

	beforeAll(async () => {
		good = await identity('mana-auth').token('mana-notify');
	});

	async function nameIn(text: string): Promise<unknown> {
		return callee.verify(text).catch((error: { code: string }) => error.code);
	}

	test('is believed by whom it is for', async () => {
		expect(await nameIn(good)).toBe('mana-auth');
		expect(
			await identity('mana-sync')
				.verify(good)
				.catch((error: { code: string }) => error.code),
		).toBe('service-token-invalid');
	});

	test("is not believed from another Mana, nor in the place of a person's, nor the other way round", async () => {
		expect(await nameIn(await identity('mana-auth', 'another secret').token('mana-notify'))).toBe('service-token-invalid');
		expect(await nameIn(valid)).toBe('service-token-invalid');
		expect(await answerTo(good)).toBe('401 token-invalid');
	});

	test('is refused when it is written in any other way', async () => {
		const [head = '', body = '', mac = ''] = good.split('.');
		const said = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
		for (const text of [
			token({ alg: 'none', typ: 'service+jwt' }, said, none),
			token({ alg: 'HS256', typ: 'JWT' }, said, macBy('the secret of this Mana')),
			token({ alg: 'HS256', typ: 'service+jwt' }, said, macBy('the secret of this Mana')),
			token({ alg: 'EdDSA', typ: 'service+jwt' }, said),
			`${head}.${body}.${strayEnd(mac)}`,
			`${head}.${body}.`,
			`${head}.${encoded({ ...said, iss: 'mana-sync' })}.${mac}`,
		])
			expect([text, await nameIn(text)]).toEqual([text, 'service-token-invalid']);
	});

	test('is refused with any bit of its MAC flipped', async () => {
		const [head = '', body = '', mac = ''] = good.split('.');
		const bytes = Buffer.from(mac, 'base64url');
		for (let bit = 0; bit < bytes.length * 8; bit++) {
			const flipped = Buffer.from(bytes);
			flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
			expect(await nameIn(`${head}.${body}.${flipped.toString('base64url')}`)).toBe('service-token-invalid');
		}
	});
});
