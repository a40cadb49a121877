import 'reflect-metadata'; // asked for by @peculiar/x509
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	PemConverter,
	SubjectAlternativeNameExtension,
	X509Certificate,
	X509CertificateGenerator,
} from '@peculiar/x509';
import { nameConstraints } from './name-constraints.ts';

/** A certificate for the hub and the authority that signed it, as PEM. */
export interface HubCertificate {
	readonly key: string;
	readonly cert: string;
	readonly authority: string;
	/** SHA-256 of the authority's certificate, for people to compare: `AB:CD:…`. */
	readonly fingerprint: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
/** Apple's systems refuse certificates that live longer than 825 days, of public authorities 398. */
const certificateDays = 397;
const authorityDays = 3650;
const renewDays = 60;

/**
 * The certificate by which the hub proves itself on the local network, signed by an authority of this Mana's own in `<home>/tls`.
 * The authority is made once, since people install it; the certificate anew when its names change or its end comes near.
 * The authority may speak only for local names and for addresses, so that trusting it opens no site of the internet to anybody.
 *
 * @param names addresses and host names under which the hub is opened
 */
export async function hubCertificate(home: string, names: readonly string[], now: Date): Promise<HubCertificate> {
	const folder = join(home, 'tls');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const authority = await readOrMakeAuthority(folder, now);
	const wanted = [...new Set(['localhost', '127.0.0.1', ...names])].sort();
	const existing = await readCertificate(folder, authority.certificate, wanted, now);
	const { key, cert } = existing ?? (await makeCertificate(folder, authority, wanted, now));
	const digest = Buffer.from(await authority.certificate.getThumbprint('SHA-256'))
		.toString('hex')
		.toUpperCase();
	return { key, cert, authority: authority.certificate.toString('pem'), fingerprint: digest.match(/../g)?.join(':') ?? '' };
}

interface Authority {
	readonly certificate: X509Certificate;
	readonly key: CryptoKey;
}

async function readOrMakeAuthority(folder: string, now: Date): Promise<Authority> {
	const [keyFile, certFile] = [join(folder, 'authority.key'), join(folder, 'authority.crt')];
	if (existsSync(keyFile) && existsSync(certFile)) {
		const pkcs8 = PemConverter.decodeFirst(readFileSync(keyFile, 'utf8'));
		const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
		return { certificate: new X509Certificate(readFileSync(certFile, 'utf8')), key };
	}
	const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await X509CertificateGenerator.createSelfSigned({
		name: `CN=Mana on ${hostname().replaceAll(/[^A-Za-z0-9.-]/g, '')}`,
		keys,
		signingAlgorithm: algorithm,
		...lifetime(now, authorityDays),
		extensions: [
			new BasicConstraintsExtension(true, 0, true),
			new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
			nameConstraints(),
		],
	});
	await write(keyFile, await privatePem(keys.privateKey));
	await write(certFile, certificate.toString('pem'));
	return { certificate, key: keys.privateKey };
}

async function readCertificate(folder: string, authority: X509Certificate, names: readonly string[], now: Date) {
	const [keyFile, certFile] = [join(folder, 'hub.key'), join(folder, 'hub.crt')];
	if (!existsSync(keyFile) || !existsSync(certFile)) return null;
	const cert = readFileSync(certFile, 'utf8');
	const certificate = new X509Certificate(cert);
	const has = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items.map((item) => item.value) ?? [];
	const fits = [...has].sort().join() === names.join() && certificate.notAfter.getTime() - now.getTime() > renewDays * dayMs;
	const ours = fits && (await certificate.verify({ publicKey: authority.publicKey, signatureOnly: true }));
	return ours ? { key: readFileSync(keyFile, 'utf8'), cert } : null;
}

async function makeCertificate(folder: string, authority: Authority, names: readonly string[], now: Date) {
	const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await X509CertificateGenerator.create({
		subject: 'CN=Mana',
		issuer: authority.certificate.subject,
		publicKey: keys.publicKey,
		signingKey: authority.key,
		signingAlgorithm: algorithm,
		...lifetime(now, certificateDays),
		extensions: [
			new BasicConstraintsExtension(false, undefined, true),
			new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
			new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
			new SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
		],
	});
	const made = { key: await privatePem(keys.privateKey), cert: certificate.toString('pem') };
	await write(join(folder, 'hub.key'), made.key);
	await write(join(folder, 'hub.crt'), made.cert);
	return made;
}

/** Begins a day early: clocks of phones differ. */
function lifetime(now: Date, days: number): { notBefore: Date; notAfter: Date } {
	return { notBefore: new Date(now.getTime() - dayMs), notAfter: new Date(now.getTime() + (days - 1) * dayMs) };
}

async function privatePem(key: CryptoKey): Promise<string> {
	return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function write(file: string, text: string): Promise<void> {
	writeFileSync(`${file}.new`, text, { mode: 0o600 });
	chmodSync(`${file}.new`, 0o600);
	renameSync(`${file}.new`, file);
}
